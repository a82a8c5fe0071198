// What is not yet safe at school, why, and what helps.

import type { Around } from "./custody";
import { leastSafe, type Part } from "./custody";
import { live, touches } from "./hub";
import type { Looked } from "./core";
import type { Tx } from "./ports/ports";
import type { Queries, Shown } from "./queries";
import { aboutOf } from "./rows";
import type { Custody, Live, NotSafeItem, SyncStatus } from "./shapes";
import type { WireRecord } from "./types.gen";

const LISTED: readonly string[] = ["artifact", "feedback", "reply", "showcase"];

function help(custody: Custody, status: SyncStatus): NotSafeItem["help"] {
  if (custody.state === "refused") return "refused";
  if (status.signInNeeded) return "sign_in";
  if (status.updateNeeded) return "update";
  if (custody.reason === "elsewhere") return "other_device";
  if (custody.state === "wifi") return "wifi";
  if (!status.online) return "connect";
  if (custody.reason === "storage") return "storage";
  return "wait";
}

async function titleOf(tx: Tx, queries: Queries, record: WireRecord): Promise<string> {
  const own = record.fields["title"];
  if (typeof own === "string") return own;
  const about = aboutOf(record);
  if (about === "") return "";
  const { found } = await queries.core.look(tx, [about]);
  const title = found.get(about)?.record?.fields["title"];
  return typeof title === "string" ? title : "";
}

/** What lies in the trash and was sent needs no care any more. */
function isListed(record: WireRecord, rows: readonly unknown[]): boolean {
  return LISTED.includes(record.kind) && (record.deleted === undefined || rows.length > 0);
}

async function candidates(tx: Tx, queries: Queries): Promise<string[]> {
  const mine = queries.core.me.id;
  const loose = await tx.keys("base", { index: "loose", from: mine, to: mine });
  const ids = new Set([...queries.core.overlay.records(), ...(loose as string[])]);
  for (const upload of queries.core.uploads.values())
    if (upload.state !== "verified") ids.add(upload.artifact);
  return [...ids];
}

export async function notSafeItems(queries: Queries, status: SyncStatus): Promise<NotSafeItem[]> {
  return queries.read(async (tx) => {
    const refused = await queries.select(tx, "not_accepted", { limit: 1000 });
    const records = refused.rows
      .map(({ record }) => record.fields["record"])
      .filter((id) => typeof id === "string");
    const ids = [...new Set([...(await candidates(tx, queries)), ...records])];
    const { found } = await queries.core.look(tx, ids);
    const shown: Shown[] = [];
    for (const { record, rows } of found.values() as Iterable<Looked>) {
      if (record !== undefined && isListed(record, rows)) shown.push({ record, rows });
    }
    const around = await queries.aroundOf(tx, shown);
    const items: NotSafeItem[] = [];
    for (const { record } of shown) {
      const parts: Part[] = queries.unsafe(record, around.get(record.id) as Around);
      if (parts.length === 0) continue;
      const custody = leastSafe(parts.map((part) => part.custody));
      const title = await titleOf(tx, queries, record);
      items.push({
        id: record.id,
        kind: record.kind,
        title,
        custody,
        parts,
        help: help(custody, status),
      });
    }
    return items;
  });
}

/** How many things are not safe: the items, and what was refused of records that are not on this device (any more). */
export async function countNotSafe(queries: Queries, status: SyncStatus): Promise<number> {
  const items = new Set((await notSafeItems(queries, status)).map((item) => item.id));
  const refused = await queries.read((tx) => queries.select(tx, "not_accepted", { limit: 1000 }));
  const records = new Set(refused.rows.map(({ record }) => record.fields["record"]));
  return items.size + [...records].filter((id) => !items.has(id as string)).length;
}

export function notSafe(queries: Queries, status: () => SyncStatus): Live<NotSafeItem[]> {
  return live(
    queries.core.hub,
    () => notSafeItems(queries, status()),
    (change) => touches(change, ["status", "uploads", "seen", "not_accepted", ...LISTED]),
  );
}
