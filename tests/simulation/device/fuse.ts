// A disk on which the app can be killed between any two requests of it, in the middle of a transaction too.

import type {
  Databases,
  OpenOptions,
  Schema,
  Storage,
  Tx,
} from "../../../pwa/src/data/ports/ports";

/** Counts what is asked of the disk; at zero `blow` is called, and whoever asked never hears an answer. */
export class Fuse {
  private left = Infinity;
  constructor(
    private readonly alive: () => boolean,
    private readonly blow: () => void,
  ) {}

  set(requests: number): void {
    this.left = requests;
  }

  async pass<T>(ask: () => Promise<T>): Promise<T> {
    this.burn();
    if (!this.alive()) return never();
    const value = await ask();
    this.burn();
    return this.alive() ? value : never();
  }

  private burn(): void {
    if (!this.alive() || --this.left > 0) return;
    this.left = Infinity;
    this.blow();
  }

  guard(databases: Databases): Databases {
    return {
      open: (name: string, schema: Schema, options: OpenOptions) =>
        this.pass(async () => this.storage(await databases.open(name, schema, options))),
      delete: (name) => this.pass(() => databases.delete(name)),
      names: () => this.pass(() => databases.names()),
    };
  }

  private storage(storage: Storage): Storage {
    return {
      read: (tables, work) => this.pass(() => storage.read(tables, (tx) => work(this.tx(tx)))),
      write: (tables, work, strict) =>
        this.pass(() => storage.write(tables, (tx) => work(this.tx(tx)), strict)),
      close: () => storage.close(),
    };
  }

  private tx(tx: Tx): Tx {
    return {
      get: (table, key) => this.pass(() => tx.get(table, key)),
      many: (table, keys) => this.pass(() => tx.many(table, keys)),
      put: (table, row) => this.pass(() => tx.put(table, row)),
      putAll: (table, rows) => this.pass(() => tx.putAll(table, rows)),
      delete: (table, key) => this.pass(() => tx.delete(table, key)),
      deleteAll: (table, keys) => this.pass(() => tx.deleteAll(table, keys)),
      range: (table, range) => this.pass(() => tx.range(table, range)),
      keys: (table, range) => this.pass(() => tx.keys(table, range)),
      count: (table, range) => this.pass(() => tx.count(table, range)),
      clear: (table) => this.pass(() => tx.clear(table)),
    };
  }
}

export function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
