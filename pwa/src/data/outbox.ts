// Saving: one row per change in the outbox database, durable when the promise resolves.

import type { ClientRow, OutboxRow } from "./databases";
import { newId } from "./ids";
import type { Ports, Storage, Tx } from "./ports/ports";
import { timeOf } from "./ports/time";
import { CONSUMED_START } from "./digest";
import type { Op, Rev } from "./types.gen";

export interface Edit {
  op: Op;
  record: string;
  field: string | null;
  value: unknown;
  space: string;
  /** The record's version as its author saw it. */
  base: Rev | null;
  /** An own change that is in what the author saw, when none waits: an editor that goes on after a pull. */
  follows?: string | undefined;
  /** The newest own change of the field, if the base that a form names is older: what the form showed goes on from it. */
  covers?: string | undefined;
}

/** How far the cache was when the edit's base was read. */
export interface Seen {
  client: string;
  confirmed: number;
  now: string | null;
}

export function freshClient(id: string, epoch: string | null): ClientRow {
  return { key: "client", id, epoch, next: 1, trimmed: { n: 0, hash: CONSUMED_START } };
}

export async function clientOf(tx: Tx): Promise<ClientRow> {
  const client = await tx.get<ClientRow>("state", "client");
  if (client === undefined) throw new Error("the outbox has no client row");
  return client;
}

/** A later edit takes the place of the last one of its field, if that was the record's last and never left. */
function replaceable(last: OutboxRow, edit: Edit): boolean {
  return (
    !last.sent &&
    (edit.op === "set" || edit.op === "text") &&
    last.op === edit.op &&
    last.field === edit.field
  );
}

/**
 * Saves edits in one transaction, in order. Gives the rows, or "stale" when rows were confirmed after `seen` was read:
 * then nothing is saved and the base has to be read again, or an own change would look like somebody else's. `anyway`
 * saves even so.
 */
export async function save(
  outbox: Storage,
  ports: Ports,
  seen: Seen,
  edits: readonly Edit[],
  also?: { table: string; row: object },
  anyway = false,
): Promise<OutboxRow[] | "stale"> {
  return outbox.write(["state", "outbox", "uploads"], async (tx) => {
    const client = await clientOf(tx);
    const own = client.id === seen.client;
    if (own && client.trimmed.n > seen.confirmed && !anyway) return "stale";
    const rows: OutboxRow[] = [];
    for (const edit of edits) {
      const row = await place(tx, ports, client, { ...seen, confirmed: own ? seen.confirmed : 0 }, edit);
      await tx.put("outbox", row);
      rows.push(row);
    }
    await tx.put("state", client);
    if (also !== undefined) await tx.put(also.table, also.row);
    return rows;
  });
}

async function place(tx: Tx, ports: Ports, client: ClientRow, seen: Seen, edit: Edit): Promise<OutboxRow> {
  const known = await tx.range<OutboxRow>("outbox", { index: "record", from: edit.record, to: edit.record });
  const waiting = known.filter((row) => row.n > seen.confirmed);
  const last = waiting.reduce<OutboxRow | undefined>(later, undefined);
  const fresh = {
    id: newId(ports.random),
    value: edit.value,
    pulled: seen.now,
    at: timeOf(ports.clock.now()),
  };
  if (last !== undefined && replaceable(last, edit)) return { ...last, ...fresh };
  const { op, record, field, space, base, covers } = edit;
  const after = last?.id ?? edit.follows ?? null;
  const row = { ...fresh, n: client.next++, op, record, field, space, base, after, sent: false };
  return covers === undefined || reaches(waiting, last, covers) ? row : { ...row, after: covers };
}

/** Whether the chain of waiting rows that ends with `last` goes back to a change. */
function reaches(waiting: readonly OutboxRow[], last: OutboxRow | undefined, change: string): boolean {
  let link = last;
  while (link !== undefined && link.id !== change && link.after !== change) {
    const { after, n } = link;
    link = waiting.find((row) => row.id === after && row.n < n);
  }
  return link !== undefined;
}

function later(best: OutboxRow | undefined, row: OutboxRow): OutboxRow {
  return best === undefined || row.n > best.n ? row : best;
}

/** Rows from n on, as many as one push may carry. */
export async function batch(
  outbox: Storage,
  from: number,
  count: number,
  bytes: number,
): Promise<OutboxRow[]> {
  const rows = await outbox.read(["outbox"], (tx) => tx.range<OutboxRow>("outbox", { from, limit: count }));
  let size = 0;
  const fit = rows.findIndex((row) => (size += JSON.stringify(row).length * BYTES_PER_CHARACTER) > bytes);
  return fit === -1 ? rows : rows.slice(0, Math.max(1, fit));
}

/** Most text is ASCII; the push limit leaves room for what is not, and 413 halves the batch. */
const BYTES_PER_CHARACTER = 1.25;

/** Before they leave, rows are marked: from now on they may be known to the server and can't be replaced. */
export async function markSent(outbox: Storage, rows: readonly OutboxRow[]): Promise<OutboxRow[]> {
  if (rows.every((row) => row.sent)) return [...rows];
  const ns = rows.map((row) => row.n);
  return outbox.write(["outbox"], async (tx) => {
    // Read again: one of them may have been replaced meanwhile.
    const now = (await tx.many<OutboxRow>("outbox", ns)).filter((row) => row !== undefined);
    const marked = now.map((row) => ({ ...row, sent: true }));
    await tx.putAll("outbox", marked);
    return marked;
  });
}
