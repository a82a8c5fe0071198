// The app can be killed at each of its awaits: around every request to its disk and to the network, and as it takes a
// lock or hears of another tab, in the middle of a transaction too.

import type { Channel, Databases, Ports, Storage } from "../../../pwa/src/data/ports/ports";

/** Counts what the app asks for; at zero `blow` is called, and whoever asked never hears an answer. */
export class Fuse {
  private left = Infinity;
  /** So often the app could have been killed so far. */
  passed = 0;

  constructor(private readonly blow: () => void) {}

  set(requests: number): void {
    this.left = requests;
  }

  private burn(): void {
    this.passed += 1;
    if (--this.left > 0) return;
    this.left = Infinity;
    this.blow();
  }

  private async pass<T>(alive: () => boolean, ask: () => Promise<T>): Promise<T> {
    const value = await this.ask(alive, ask);
    this.burn();
    return alive() ? value : never();
  }

  /** Nothing happens between what one request gives and the next one: to be killed before each is enough. */
  private async ask<T>(alive: () => boolean, ask: () => Promise<T>): Promise<T> {
    if (!alive()) return never();
    this.burn();
    if (!alive()) return never();
    try {
      const value = await ask();
      return alive() ? value : await never<T>();
    } catch (error) {
      // The dead hear of nothing.
      if (!alive()) return never();
      throw error;
    }
  }

  /** Every method of `target` gives a promise. */
  private each<T extends object>(target: T, alive: () => boolean): T {
    return new Proxy(target, {
      get: (inner, name) => {
        const method = Reflect.get(inner, name) as ((...args: unknown[]) => Promise<unknown>) | undefined;
        // Whoever awaits the whole asks whether it is a promise.
        if (typeof method !== "function") return method;
        return (...args: unknown[]) => this.ask(alive, () => method.apply(inner, args));
      },
    });
  }

  private databases(databases: Databases, alive: () => boolean): Databases {
    return {
      open: (name, schema, options) =>
        this.pass(alive, async () => this.storage(await databases.open(name, schema, options), alive)),
      delete: (name) => this.pass(alive, () => databases.delete(name)),
      names: () => this.pass(alive, () => databases.names()),
    };
  }

  private storage(storage: Storage, alive: () => boolean): Storage {
    return {
      read: (tables, work) => this.ask(alive, () => storage.read(tables, (tx) => work(this.each(tx, alive)))),
      write: (tables, work, strict) =>
        this.pass(alive, () => storage.write(tables, (tx) => work(this.each(tx, alive)), strict)),
      close: () => storage.close(),
    };
  }

  private channel(channel: Channel, alive: () => boolean): Channel {
    return {
      post: (message) => channel.post(message),
      close: () => channel.close(),
      listen: (run) =>
        channel.listen((message) => {
          if (alive()) this.burn();
          if (alive()) run(message);
        }),
    };
  }

  /** The same ports, at each of which the app can be killed. */
  guard(ports: Ports, alive: () => boolean): Ports {
    const entered =
      <T>(work: () => Promise<T>) =>
      (): Promise<T> => {
        if (alive()) this.burn();
        return alive() ? work() : never<T>();
      };
    const { locks, transport, broadcast } = ports;
    return {
      ...ports,
      databases: this.databases(ports.databases, alive),
      media: async (person) => this.each(await ports.media(person), alive),
      transport: { send: (request) => this.pass(alive, () => transport.send(request)) },
      broadcast: { open: (name) => this.channel(broadcast.open(name), alive) },
      locks: {
        hold: (name, work, steal) => locks.hold(name, entered(work), steal),
        shared: (name, work) => locks.shared(name, entered(work)),
        ifFree: (name, work) => locks.ifFree(name, entered(work)),
      },
    };
  }
}

export function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
