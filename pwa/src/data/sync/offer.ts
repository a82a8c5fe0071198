// After the server was restored from a backup: everything that this device ever had confirmed in the last weeks, and
// what waits, is offered with its original ids; the server takes what it lacks.

import type { Core } from "../core";
import type { OutboxRow, RingRow } from "../databases";
import { clientOf, markSent } from "../outbox";
import type { WireMutation } from "../types.gen";
import { check } from "./answers";
import { SCHEMA, offerAnswer, toWire } from "./wire";
import { timeOf } from "../ports/time";

const BATCH_ROWS = 200;
const BATCH_BYTES = 200 * 1024;

/** The ring before the outbox, each in the order in which it was made. Offered is sent: nothing replaces it any more. */
async function everything(core: Core): Promise<WireMutation[]> {
  await markSent(core.outbox, await core.outbox.read(["outbox"], (tx) => tx.range<OutboxRow>("outbox")));
  return core.outbox.read(["ring", "outbox"], async (tx) => {
    const ring = await tx.range<RingRow>("ring", { index: "confirmed" });
    // What was saved since is not offered: it goes with the next push.
    const outbox = (await tx.range<OutboxRow>("outbox")).filter((row) => row.sent);
    const order = (a: RingRow, b: RingRow): number =>
      a.confirmed === b.confirmed ? a.n - b.n : a.confirmed < b.confirmed ? -1 : 1;
    return [...ring.sort(order), ...outbox].map(toWire);
  });
}

function* batches(mutations: readonly WireMutation[]): Generator<WireMutation[]> {
  let part: WireMutation[] = [];
  let bytes = 0;
  for (const mutation of mutations) {
    const size = new TextEncoder().encode(JSON.stringify(mutation)).length;
    if (part.length === BATCH_ROWS || (part.length > 0 && bytes + size > BATCH_BYTES)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(mutation);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** Idempotent: after a cut it is simply made again. */
export async function offer(core: Core, epoch: string): Promise<void> {
  const client = await core.outbox.read(["state"], clientOf);
  for (const mutations of batches(await everything(core))) {
    const json = { client: client.id, epoch, schema: SCHEMA, now: timeOf(core.ports.clock.now()), mutations };
    offerAnswer(
      check(await core.ports.transport.send({ method: "POST", path: "/api/sync/offer", json })).json,
    );
  }
}
