// Sends the outbox in order. Its answer trims nothing: it only says where to go on.

import type { Core } from "../core";
import type { ClientRow } from "../databases";
import { batch, clientOf, markSent } from "../outbox";
import { timeOf } from "../ports/time";
import { check } from "./answers";
import { SCHEMA, pushAnswer, toWire } from "./wire";

const BATCH_ROWS = 200;
const BATCH_BYTES = 200 * 1024;

/** `copy`: this is not the only device with this client id. `epoch`: the server was restored. */
export type Went = "done" | "copy" | { epoch: string };

/** Rows that the server has consumed by its own word, of which client; in memory only. */
export interface Consumed {
  client: string;
  n: number;
}

async function sendBatch(core: Core, client: ClientRow, from: number, size: { rows: number }) {
  const rows = await batch(core.outbox, from, size.rows, BATCH_BYTES);
  if (rows.length === 0) return undefined;
  const marked = await markSent(core.outbox, rows);
  core.overlay.save(marked);
  const json = {
    client: client.id,
    schema: SCHEMA,
    now: timeOf(core.ports.clock.now()),
    mutations: marked.map(toWire),
  };
  const answer = await core.ports.transport.send({ method: "POST", path: "/api/sync/push", json });
  if (answer.status === 413 && marked.length > 1) {
    size.rows = Math.ceil(marked.length / 2);
    return { answer: undefined, upTo: from - 1 };
  }
  return { answer: pushAnswer(check(answer).json), upTo: marked.at(-1)?.n ?? from };
}

/** Pushes until the server has consumed everything. */
export async function push(core: Core, consumed: Consumed): Promise<Went> {
  const size = { rows: BATCH_ROWS };
  while (!core.closed) {
    const client = await core.outbox.read(["state"], clientOf);
    if (consumed.client !== client.id) Object.assign(consumed, { client: client.id, n: client.trimmed.n });
    const from = Math.max(consumed.n, client.trimmed.n) + 1;
    const sent = await sendBatch(core, client, from, size);
    if (sent === undefined) return "done";
    if (sent.answer === undefined) continue;
    if (client.epoch !== null && sent.answer.epoch !== client.epoch) return { epoch: sent.answer.epoch };
    const known = sent.answer.last_n;
    // Confirmed once, and now unknown to it: it was restored without knowing. The pull shows it our cursors.
    if (known < client.trimmed.n) return "done";
    // Without progress the server has consumed other things under this id: the pull will tell.
    if (known === consumed.n && known < sent.upTo) return "done";
    consumed.n = known;
    if (known >= sent.upTo && known >= client.next - 1) return "done";
  }
  return "done";
}
