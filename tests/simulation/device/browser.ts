// What the tabs of one simulated browser share: locks, channels, whether it is looked at; and its cipher.

import { createCipheriv, createDecipheriv } from "node:crypto";
import type {
  Broadcast,
  Channel,
  Crypto,
  Locks,
  Random,
  Surroundings,
} from "../../../pwa/src/data/ports/ports";

/** Runs something in a tab; of a frozen tab later. */
export type Enter = (run: () => void) => void;
const AT_ONCE: Enter = (run) => run();

interface Holder {
  fail(error: Error): void;
  alive(): boolean;
}

/** Web Locks: one holder per name or any number who share it, the others in line; `steal` makes holders' promises reject. */
export class BrowserLocks {
  private readonly held = new Map<string, { shared: boolean; holders: Set<Holder> }>();
  private readonly lines = new Map<string, { shared: boolean; start(): void }[]>();

  /** The locks as one tab sees them. */
  forTab(alive: () => boolean, enter = AT_ONCE): Locks {
    const take = <T>(name: string, work: () => Promise<T>, shared: boolean, steal = false): Promise<T> =>
      this.take(name, work, { shared, steal, alive, enter });
    return {
      hold: (name, work, steal) => take(name, work, false, steal),
      shared: (name, work) => take(name, work, true),
      ifFree: (name, work) => (this.held.has(name) ? Promise.resolve(undefined) : take(name, work, false)),
    };
  }

  private take<T>(
    name: string,
    work: () => Promise<T>,
    how: { shared: boolean; steal: boolean; alive: () => boolean; enter: Enter },
  ): Promise<T> {
    const { shared, steal, alive, enter } = how;
    return new Promise<T>((resolve, reject) => {
      const start = (): void => {
        if (!alive()) {
          this.next(name);
          return;
        }
        const holder: Holder = { fail: (error) => enter(() => reject(error)), alive };
        const holders = this.held.get(name)?.holders ?? new Set();
        this.held.set(name, { shared, holders: holders.add(holder) });
        const over = (): void => this.free(name, holder);
        enter(
          () =>
            void work().then(
              (value) => (over(), resolve(value)),
              (error: unknown) => (over(), reject(error as Error)),
            ),
        );
      };
      const now = this.held.get(name);
      if (now !== undefined && steal) {
        this.held.delete(name);
        for (const holder of now.holders) holder.fail(new Error("stolen"));
        start();
      } else if (now === undefined || (now.shared && shared && !this.lines.get(name)?.length)) start();
      else this.lines.set(name, [...(this.lines.get(name) ?? []), { shared, start }]);
    });
  }

  private free(name: string, holder: Holder): void {
    const now = this.held.get(name);
    if (now?.holders.delete(holder) !== true || now.holders.size > 0) return;
    this.held.delete(name);
    this.next(name);
  }

  /** A tab ended: what it held is free. */
  release(): void {
    for (const [name, { holders }] of [...this.held])
      for (const holder of [...holders]) if (!holder.alive()) this.free(name, holder);
  }

  /** Whoever is first in line, and all who share it with him. */
  private next(name: string): void {
    const now = this.held.get(name);
    const [first, ...rest] = this.lines.get(name) ?? [];
    if (first === undefined || (now !== undefined && !(now.shared && first.shared))) return;
    this.lines.set(name, rest);
    first.start();
    this.next(name);
  }
}

type Heard = (message: unknown) => void;

export class BrowserChannels {
  private readonly open = new Map<string, Set<{ heard: Set<Heard>; alive(): boolean; enter: Enter }>>();

  forTab(alive: () => boolean, enter = AT_ONCE): Broadcast {
    return { open: (name) => this.channel(name, alive, enter) };
  }

  private channel(name: string, alive: () => boolean, enter: Enter): Channel {
    const own = { heard: new Set<Heard>(), alive, enter };
    const all = this.open.get(name) ?? new Set();
    this.open.set(name, all.add(own));
    return {
      post(message) {
        const copy = structuredClone(message);
        for (const other of all) {
          if (other === own) continue;
          queueMicrotask(() => {
            if (!other.alive()) return;
            other.enter(() => {
              for (const heard of [...other.heard]) heard(copy);
            });
          });
        }
      },
      listen(run) {
        own.heard.add(run);
        return () => own.heard.delete(run);
      },
      close: () => void all.delete(own),
    };
  }
}

/** What survives the end of the app in a cookie. */
export interface Cookie {
  signedIn: boolean;
}

export class Looks {
  visible = true;
  metered = false;
  private readonly listeners = new Set<(event: "online" | "visible" | "hidden") => void>();

  constructor(private readonly cookie: Cookie = { signedIn: false }) {}

  set signedIn(signedIn: boolean) {
    this.cookie.signedIn = signedIn;
  }

  tell(event: "online" | "visible" | "hidden"): void {
    if (event !== "online") this.visible = event === "visible";
    for (const run of [...this.listeners]) run(event);
  }

  forTab(alive: () => boolean): Surroundings {
    return {
      visible: () => this.visible,
      listen: (run) => {
        const heard = (event: "online" | "visible" | "hidden"): void => {
          if (alive()) run(event);
        };
        this.listeners.add(heard);
        return () => this.listeners.delete(heard);
      },
      persist: () => Promise.resolve(true),
      language: () => "en",
      remembered: () => this.cookie.signedIn,
      remember: (signedIn) => void (this.cookie.signedIn = signedIn),
      reload: () => undefined,
      metered: () => this.metered,
    };
  }
}

/** AES-256-GCM in one thread, so that a run does not depend on a pool's timing. */
export function cipher(random: Random): Crypto {
  return {
    encrypt(key, plain) {
      const iv = random.bytes(12);
      const aes = createCipheriv("aes-256-gcm", key, iv);
      const text = Buffer.concat([aes.update(plain), aes.final(), aes.getAuthTag()]);
      return Promise.resolve(new Uint8Array(Buffer.concat([iv, text])));
    },
    decrypt(key, sealed) {
      try {
        const aes = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
        aes.setAuthTag(sealed.subarray(-16));
        return Promise.resolve(
          new Uint8Array(Buffer.concat([aes.update(sealed.subarray(12, -16)), aes.final()])),
        );
      } catch (error) {
        return Promise.reject(error as Error);
      }
    },
  };
}
