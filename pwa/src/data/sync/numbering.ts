// For tests only: the numbering half of a server, and a tab of a device that syncs with it.

import type { Core } from "../core";
import type { ClientRow, OutboxRow, RingRow } from "../databases";
import { CONSUMED_START, consumedHash } from "../digest";
import type { Request } from "../ports/ports";
import { type Device, EPOCH, idOf, page, settled } from "../testing";
import type { WireMutation } from "../types.gen";
import { Writer } from "../writer";
import { Engine } from "./engine";

export const MINE = `p:${idOf("ana")}`;
export const NO_FILES = { run: () => Promise.resolve("idle" as const), drop: () => Promise.resolve() };

export interface Sent {
  client: string;
  mutations: WireMutation[];
  epoch: string | null;
}

/** Consumes what is pushed, and confirms it: the numbering half of a server. */
export class Numbering {
  epoch = EPOCH;
  readonly clients = new Map<string, { n: number; hash: string }>();
  readonly pushed: string[] = [];
  readonly offered: string[] = [];

  readonly answer = (request: Request): { json?: unknown; status?: number } | undefined => {
    const sent = request.json as Sent;
    if (request.path === "/api/sync/ping") return { status: 204 };
    if (request.path === "/api/sync/push") return { json: this.push(sent) };
    if (request.path === "/api/sync/offer") {
      this.offered.push(...sent.mutations.map((one) => one.id));
      return { json: { taken: [], had: [], refused: [] } };
    }
    if (sent.epoch !== null && sent.epoch !== this.epoch)
      return { json: page({ epoch: this.epoch, more: true }) };
    const { n, hash } = this.known(sent.client);
    return { json: page({ epoch: this.epoch, confirmed: [n, hash], spaces: { [MINE]: [1, "a", 0] } }) };
  };

  known(client: string): { n: number; hash: string } {
    const known = this.clients.get(client) ?? { n: 0, hash: CONSUMED_START };
    this.clients.set(client, known);
    return known;
  }

  private push({ client, mutations }: Sent): object {
    const known = this.known(client);
    for (const one of mutations) {
      if (one.n !== known.n + 1) continue;
      known.n = one.n;
      known.hash = consumedHash(known.hash, one.id);
      this.pushed.push(one.id);
    }
    return {
      last_n: known.n,
      hash: known.hash,
      epoch: this.epoch,
      now: "2026-11-23T08:00:00.000Z",
      results: [],
    };
  }
}

export async function running(device: Device): Promise<{ core: Core; writer: Writer; engine: Engine }> {
  const core = await device.open();
  const engine = new Engine(core, NO_FILES);
  engine.start();
  await settled();
  return { core, writer: new Writer(core), engine };
}

export function outbox(core: Core): Promise<OutboxRow[]> {
  return core.outbox.read(["outbox"], (tx) => tx.range<OutboxRow>("outbox"));
}

export function ring(core: Core): Promise<RingRow[]> {
  return core.outbox.read(["ring"], (tx) => tx.range<RingRow>("ring"));
}

export async function client(core: Core): Promise<ClientRow> {
  return (await core.outbox.read(["state"], (tx) => tx.get<ClientRow>("state", "client"))) as ClientRow;
}
