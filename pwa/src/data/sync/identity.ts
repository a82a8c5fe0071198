// Who this device is to the server: a client id with its own count of mutations. A device that finds out that it is a
// copy, or that the server began a new epoch, becomes a new client and numbers what waits anew, keeping mutation ids.

import { NO_BASE, baseState } from "../core";
import type { BaseState, ClientRow, OutboxRow, RingRow, Stores } from "../databases";
import { consumedHash } from "../digest";
import { newId } from "../ids";
import type { Upload } from "../media-shapes";
import { clientOf, freshClient } from "../outbox";
import type { Random, Storage, Tx } from "../ports/ports";
import { msOf } from "../ports/time";
import type { GoneRow } from "../types.gen";
import type { PullAnswer } from "./wire";

const RING_KEPT_MS = 30 * 24 * 3600 * 1000;

export async function ensureClient(
  outbox: Storage,
  random: Random,
): Promise<{ client: ClientRow; isNew: boolean }> {
  return outbox.write(["state"], async (tx) => {
    const known = await tx.get<ClientRow>("state", "client");
    if (known !== undefined) return { client: known, isNew: false };
    const client = freshClient(newId(random), null);
    await tx.put("state", client);
    return { client, isNew: true };
  });
}

/** A base of another client id can't say what of this one's outbox it holds: it is built anew, aside. */
export async function ensureBase(stores: Stores): Promise<BaseState> {
  const client = await stores.outbox.read(["state"], clientOf);
  return stores.cache.write(["state", "aside"], async (tx) => {
    const state = await baseState(tx);
    if (state.client === client.id) return state;
    const fresh: BaseState = {
      ...NO_BASE,
      client: client.id,
      confirmed: client.trimmed.n,
      now: state.now,
      digests: state.digests,
      replacing: Object.keys(state.digests),
      sweep: true,
    };
    await tx.clear("aside");
    await tx.put("state", fresh);
    return fresh;
  });
}

/** The running hash at n, from the rows kept; undefined when this device can't have sent that. */
export async function hashAt(outbox: Storage, n: number): Promise<string | undefined> {
  return outbox.read(["state", "outbox"], async (tx) => {
    const client = await clientOf(tx);
    if (n < client.trimmed.n || n >= client.next) return undefined;
    const rows = await tx.range<OutboxRow>("outbox", { from: client.trimmed.n, fromOpen: true, to: n });
    if (rows.length !== n - client.trimmed.n || rows.some((row) => !row.sent)) return undefined;
    return rows.reduce((hash, row) => consumedHash(hash, row.id), client.trimmed.hash);
  });
}

async function toRing(tx: Tx, client: ClientRow, confirmed: number, now: string): Promise<number> {
  const rows = await tx.range<OutboxRow>("outbox", { from: client.trimmed.n, fromOpen: true, to: confirmed });
  for (const row of rows) client.trimmed = { n: row.n, hash: consumedHash(client.trimmed.hash, row.id) };
  const kept: RingRow[] = rows.map(({ sent: _sent, ...mutation }) => ({ ...mutation, confirmed: now }));
  await tx.putAll("ring", kept);
  await tx.deleteAll(
    "outbox",
    rows.map((row) => row.n),
  );
  return rows.length;
}

/** Moves what the base holds from the outbox to the ring. Gives how many rows moved. */
export async function trim(outbox: Storage, base: BaseState): Promise<number> {
  return outbox.write(["state", "outbox", "ring"], async (tx) => {
    const client = await clientOf(tx);
    if (client.id !== base.client || base.confirmed <= client.trimmed.n) return 0;
    const moved = await toRing(tx, client, base.confirmed, base.now ?? "");
    await tx.put("state", client);
    return moved;
  });
}

/** Old rows of the ring go, after a pull under a known chain at the server's time `now`. */
export async function pruneRing(outbox: Storage, now: string): Promise<void> {
  const limit = msOf(now) - RING_KEPT_MS;
  await outbox.write(["ring"], async (tx) => {
    const rows = await tx.range<RingRow>("ring", { index: "confirmed", limit: 200 });
    const old = rows.filter((row) => msOf(row.confirmed) <= limit);
    await tx.deleteAll(
      "ring",
      old.map((row) => row.id),
    );
  });
}

/**
 * A new client id in place of `was`, unless another tab has done that by now. What `base` holds moves to the ring, the
 * rest is numbered from 1; ids of mutations stay.
 */
export async function renew(
  stores: Stores,
  random: Random,
  base: BaseState,
  was: string,
  epoch?: string,
): Promise<void> {
  await stores.outbox.write(["state", "outbox", "ring", "uploads"], async (tx) => {
    const client = await clientOf(tx);
    if (client.id !== was) return;
    if (epoch !== undefined) await askAboutFiles(tx);
    if (client.id === base.client) await toRing(tx, client, base.confirmed, base.now ?? "");
    const rows = await tx.range<OutboxRow>("outbox");
    const fresh = freshClient(newId(random), epoch ?? client.epoch);
    await tx.clear("outbox");
    await tx.putAll(
      "outbox",
      rows.map((row) => ({ ...row, n: fresh.next++ })),
    );
    await tx.put("state", fresh);
  });
  await ensureBase(stores);
}

/** A restored server may not hold what the one before it had proved to hold: the queue asks it about every file. */
async function askAboutFiles(tx: Tx): Promise<void> {
  const uploads = await tx.range<Upload>("uploads");
  const settled = uploads.filter(({ state }) => state === "verified" || state === "checking");
  const again = settled.map(({ done: _done, ...upload }) => ({
    ...upload,
    state: "waiting" as const,
    sent: 0,
  }));
  await tx.putAll("uploads", again);
}

export async function setEpoch(outbox: Storage, epoch: string): Promise<void> {
  await outbox.write(["state"], async (tx) => {
    const client = await clientOf(tx);
    if (client.epoch === null) await tx.put("state", { ...client, epoch });
  });
}

/**
 * What was erased on purpose leaves the ring too: it must not come back with an offer. Its files leave the queue; gives
 * their ids.
 */
export async function forgetErased(outbox: Storage, answer: PullAnswer): Promise<string[]> {
  const gone = answer.changes.filter(
    (change): change is GoneRow => "gone" in change && change.erased === true,
  );
  if (gone.length === 0 && answer.erased.length === 0) return [];
  const records = new Set(gone.map((row) => row.id));
  return outbox.write(["ring", "uploads"], async (tx) => {
    const uploads = await tx.range<Upload>("uploads");
    const files = uploads.filter((upload) => records.has(upload.artifact)).map((upload) => upload.id);
    await tx.deleteAll("uploads", files);
    const rows = await tx.range<RingRow>("ring");
    const out = rows.filter((row) => records.has(row.record) || answer.erased.includes(row.space));
    await tx.deleteAll(
      "ring",
      out.map((row) => row.id),
    );
    return files;
  });
}
