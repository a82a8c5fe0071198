// For tests only: one person's device on a disk in memory, a clock moved by hand, and a server that says what the
// test tells it to. (Real servers answer in tests/simulation and tests/e2e.)

import { createHash } from "node:crypto";
import { BrowserChannels, BrowserLocks, Looks, cipher } from "../../../tests/simulation/device/browser";
import { seeded } from "../../../tests/simulation/device/random";
import { Core } from "./core";
import { openStores } from "./databases";
import { MemoryMedia } from "./ports/media-memory";
import { MemoryDatabases } from "./ports/memory";
import type { Answer, Pokes, Ports, Request } from "./ports/ports";
import { TransportProblem } from "./problems";
import { ensureBase, ensureClient } from "./sync/identity";
import type { PullAnswer } from "./sync/wire";
import type { Me } from "./shapes";
import type { WireRecord } from "./types.gen";

export const START = Date.parse("2026-11-23T08:00:00.000Z");
export const EPOCH = "epoch-one";

/** An id that says what it stands for. */
export function idOf(name: string): string {
  const letters = createHash("sha256").update(name).digest("hex");
  return letters.replaceAll(/[0189]/g, "q").slice(0, 26);
}

export function meOf(name: string, shared = false): Me {
  const school = { id: idOf("school"), slug: "north", name: "North" };
  return { id: idOf(name), name, username: name, role: "student", status: "active", school, shared };
}

type Reply = Partial<Answer> & { headers?: Record<string, string> };

export class TestClock {
  time = START;
  private timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((other) => other !== timer));
  }

  /** Moves time, running what falls due, and lets what follows from it happen. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    for (;;) {
      const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
      await settled();
    }
    this.time = end;
  }
}

export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export type Stream = Parameters<Pokes["open"]>[0];

export class Device {
  readonly clock = new TestClock();
  readonly disk = new MemoryDatabases();
  readonly files = new Map<string, MemoryMedia>();
  readonly looks = new Looks();
  readonly requests: Request[] = [];
  /** Calls get no answer, not even that there is none. */
  hanging = false;
  private locks = new BrowserLocks();
  private channels = new BrowserChannels();
  private tabs = 0;
  /** The open streams of pokes, and how many were asked for. */
  readonly streams = new Set<Stream>();
  streamsAsked = 0;
  /** What the server says; a missing answer is a network that is down. */
  server: (request: Request) => Reply | undefined = () => undefined;

  ports(): Ports {
    const alive = (): boolean => true;
    const random = seeded(`tab ${this.tabs++}`);
    return {
      clock: this.clock,
      random,
      databases: this.disk,
      transport: { send: (request) => this.send(request) },
      media: (person) => {
        const store = this.files.get(person) ?? new MemoryMedia();
        this.files.set(person, store);
        return Promise.resolve(store);
      },
      locks: this.locks.forTab(alive),
      broadcast: this.channels.forTab(alive),
      around: this.looks.forTab(alive),
      crypto: cipher(random),
      addresses: { make: () => "blob:", end: () => undefined, playing: () => undefined },
      pokes: {
        open: (on) => {
          this.streamsAsked += 1;
          this.streams.add(on);
          return () => void this.streams.delete(on);
        },
      },
    };
  }

  /** The browser is killed and begun anew: only the disk stays. */
  restart(): void {
    this.disk.crash();
    this.locks = new BrowserLocks();
    this.channels = new BrowserChannels();
  }

  private send(request: Request): Promise<Answer> {
    if (this.hanging) return new Promise(() => undefined);
    this.requests.push(structuredClone(request));
    const reply = this.server(request);
    if (reply === undefined) return Promise.reject(new TransportProblem("unreachable"));
    const { headers = {}, status = 200, ...rest } = reply;
    return Promise.resolve({
      json: undefined,
      ...rest,
      status,
      header: (name) => headers[name.toLowerCase()] ?? null,
    });
  }

  /** A tab's engine without its sync loop. */
  async open(name = "ana"): Promise<Core> {
    const ports = this.ports();
    const core = new Core(meOf(name), ports, await openStores(this.disk, idOf(name)));
    await ensureClient(core.outbox, ports.random);
    await ensureBase(core.stores);
    await core.load();
    return core;
  }
}

export function body(
  name: string,
  space: string,
  seq: number,
  fields: Record<string, unknown> = {},
): WireRecord {
  const rev: [number, string] = [1, idOf(`${name} ${seq}`)];
  const time = "2026-11-20T10:00:00.000Z";
  const meta = Object.fromEntries(Object.keys(fields).map((field) => [field, rev]));
  const by = idOf("ana");
  return {
    id: idOf(name),
    kind: "artifact",
    space,
    seq,
    rev,
    by,
    created: time,
    updated: time,
    fields,
    meta,
  };
}

export function page(changes: Partial<PullAnswer>): PullAnswer {
  return {
    epoch: EPOCH,
    confirmed: null,
    now: "2026-11-23T08:00:00.000Z",
    spaces: {},
    forget: [],
    erased: [],
    replace: [],
    changes: [],
    more: false,
    digest: {},
    ...changes,
  };
}
