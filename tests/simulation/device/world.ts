// The world that all devices share: one clock, timers in order, and requests that Python answers when it likes.

import type { Answer, Clock, Request, Transport } from "../../../pwa/src/data/ports/ports";
import { TransportProblem, type OfflineReason } from "../../../pwa/src/data/problems";

interface Timer {
  at: number;
  order: number;
  run(): void;
}

export interface Answered {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  /** Base64. */
  bytes?: string;
  fail?: OfflineReason;
}

interface Pending {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

export class World {
  now = 0;
  private order = 0;
  private requests = 0;
  private timers: Timer[] = [];
  private readonly pending = new Map<number, Pending>();

  constructor(readonly say: (line: object) => void) {}

  /** A device's clock: the world's, as wrong as `skew` says. `alive` ends with the device's life. */
  clock(skew: () => number, alive: () => boolean): Clock {
    return {
      now: () => this.now + skew(),
      after: (ms, run) => {
        const timer = { at: this.now + Math.max(0, Math.round(ms)), order: this.order++, run };
        this.timers.push(timer);
        timer.run = () => {
          if (alive()) run();
        };
        return () => (this.timers = this.timers.filter((other) => other !== timer));
      },
    };
  }

  next(): number | null {
    return this.timers.reduce<number | null>(
      (best, timer) => (best === null ? timer.at : Math.min(best, timer.at)),
      null,
    );
  }

  /** Runs the first timer that is due by `to`; false when there is none. */
  step(to: number): boolean {
    const due = this.timers
      .filter((timer) => timer.at <= to)
      .sort((a, b) => a.at - b.at || a.order - b.order)[0];
    if (due === undefined) {
      this.now = Math.max(this.now, to);
      return false;
    }
    this.timers = this.timers.filter((timer) => timer !== due);
    this.now = Math.max(this.now, due.at);
    due.run();
    return true;
  }

  transport(device: string, alive: () => boolean): Transport {
    return {
      send: (request: Request) =>
        new Promise((resolve, reject) => {
          if (!alive()) return;
          const id = ++this.requests;
          const guard =
            <T>(then: (value: T) => void) =>
            (value: T): void => {
              // What a dead device asked is answered to nobody.
              if (alive()) then(value);
            };
          this.pending.set(id, { resolve: guard(resolve), reject: guard(reject) });
          const { method, path, json, headers, bytes, want = "json" } = request;
          const body = bytes === undefined ? {} : { bytes: Buffer.from(bytes).toString("base64") };
          this.say({
            request: id,
            device,
            method,
            path,
            want,
            headers: headers ?? {},
            json: json ?? null,
            ...body,
          });
        }),
    };
  }

  /** Delivers an answer; a second one to the same request, or one to a device that is gone, changes nothing. */
  answer(request: number, answered: Answered): void {
    const pending = this.pending.get(request);
    this.pending.delete(request);
    if (pending === undefined) return;
    if (answered.fail !== undefined) {
      pending.reject(new TransportProblem(answered.fail));
      return;
    }
    const headers = new Map(
      Object.entries(answered.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const bytes =
      answered.bytes === undefined
        ? {}
        : { bytes: new Uint8Array(Buffer.from(answered.bytes, "base64")) };
    pending.resolve({
      status: answered.status ?? 200,
      header: (name) => headers.get(name.toLowerCase()) ?? null,
      json: answered.json ?? undefined,
      ...bytes,
    });
  }
}
