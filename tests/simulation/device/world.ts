// The world that all devices share: one clock, timers in order, and requests that Python answers when it likes.

import { understood, type Came } from "../../../pwa/src/data/ports/fetch";
import type { Answer, Clock, Request, Transport } from "../../../pwa/src/data/ports/ports";
import { TransportProblem, type OfflineReason } from "../../../pwa/src/data/problems";
import type { Enter } from "./browser";

interface Timer {
  at: number;
  order: number;
  run(): void;
}

export interface Answered {
  status?: number;
  headers?: Record<string, string>;
  /** The body as text, or in base64. */
  body?: string;
  bytes?: string;
  /** The connection broke in the middle of the body. */
  cut?: boolean;
  fail?: OfflineReason;
}

interface Pending {
  request: Request;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

export class World {
  now = 0;
  private order = 0;
  private requests = 0;
  private readonly timers: Timer[] = [];
  private readonly pending = new Map<number, Pending>();

  constructor(readonly say: (line: object) => void) {}

  /** A tab's clock: the world's, as wrong as `skew` says. Nothing enters a tab that is dead. */
  clock(skew: () => number, enter: Enter): Clock {
    return {
      now: () => this.now + skew(),
      after: (ms, run) => {
        const timer = { at: this.now + Math.max(0, Math.round(ms)), order: this.order++, run };
        this.put(timer);
        timer.run = () => enter(run);
        return () => {
          const index = this.timers.indexOf(timer);
          if (index !== -1) this.timers.splice(index, 1);
        };
      },
    };
  }

  /** Timers lie in the order in which they fall due; new ones mostly belong near the end. */
  private put(timer: Timer): void {
    let index = this.timers.length;
    while (index > 0 && (this.timers[index - 1]?.at ?? 0) > timer.at) index--;
    this.timers.splice(index, 0, timer);
  }

  next(): number | null {
    return this.timers[0]?.at ?? null;
  }

  /** Runs the first timer that is due by `to`; false when there is none. */
  step(to: number): boolean {
    const due = this.timers[0];
    if (due === undefined || due.at > to) {
      this.now = Math.max(this.now, to);
      return false;
    }
    this.timers.shift();
    this.now = Math.max(this.now, due.at);
    due.run();
    return true;
  }

  transport(device: string, enter: Enter): Transport {
    return {
      send: (request: Request) =>
        new Promise((resolve, reject) => {
          const id = ++this.requests;
          const guard =
            <T>(then: (value: T) => void) =>
            (value: T): void => {
              // What a dead tab asked is answered to nobody.
              enter(() => then(value));
            };
          this.pending.set(id, { request, resolve: guard(resolve), reject: guard(reject) });
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
    // The same judgement of what came as in a browser: strangers, cut bodies, what is no JSON.
    understood(pending.request, came(answered)).then(pending.resolve, (error: unknown) =>
      pending.reject(
        error instanceof TransportProblem ? error : new TransportProblem("broken", String(error)),
      ),
    );
  }
}

function came({ status = 200, headers = {}, body = "", bytes, cut = false }: Answered): Came {
  const named = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const whole = <T>(value: () => T): Promise<T> =>
    new Promise((resolve) => {
      if (cut) throw new TypeError("the connection was lost");
      resolve(value());
    });
  return {
    ok: status >= 200 && status < 300,
    status,
    headers: {
      get: (name) => named.get(name.toLowerCase()) ?? null,
      has: (name) => named.has(name.toLowerCase()),
    },
    json: () => whole<unknown>(() => JSON.parse(body)),
    arrayBuffer: () =>
      whole(() => Uint8Array.from(Buffer.from(bytes ?? body, bytes ? "base64" : "utf8")).buffer),
  };
}
