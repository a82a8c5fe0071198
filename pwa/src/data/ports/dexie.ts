// IndexedDB through Dexie. Strict databases wait for the disk; a cache that can't be opened is dropped and made anew.

import Dexie, { type Collection, type Table } from "dexie";
import { LocalProblem } from "../problems";
import type { Databases, Key, Range, Schema, Storage, Tx } from "./ports";

const VERSION = 1;
/** Names of errors that the browser's storage raises by itself, not our code. */
const OF_STORAGE =
  /^(Quota|DatabaseClosed|OpenFailed|VersionChange|Version|Upgrade|InvalidState|Abort|Unknown|MissingAPI|Security|Timeout|Transaction|TransactionInactive|PrematureCommit|DataClone|Data|Constraint)/;

function hasQuota(error: unknown): boolean {
  let at = error;
  while (typeof at === "object" && at !== null) {
    if ((at as { name?: unknown }).name === "QuotaExceededError") return true;
    at = (at as { inner?: unknown }).inner;
  }
  return false;
}

function problem(error: unknown): unknown {
  if (error instanceof LocalProblem || !(error instanceof Error)) return error;
  if (hasQuota(error))
    return new LocalProblem("quota", "This device has no room left. What you typed is still here.");
  if (error.name === "DatabaseClosedError")
    return new LocalProblem("closed", "The local database was closed.");
  if (OF_STORAGE.test(error.name)) {
    return new LocalProblem("storage", `This browser's storage failed (${error.name}: ${error.message}).`);
  }
  return error;
}

class DexieTx implements Tx {
  constructor(private readonly db: Dexie) {}

  private table<T = unknown>(name: string): Table<T, Key> {
    return this.db.table<T, Key>(name);
  }

  get<T>(table: string, key: Key): Promise<T | undefined> {
    return this.table<T>(table).get(key);
  }

  many<T>(table: string, keys: Key[]): Promise<(T | undefined)[]> {
    return keys.length === 0 ? Promise.resolve([]) : this.table<T>(table).bulkGet(keys);
  }

  async put(table: string, row: object): Promise<void> {
    await this.table(table).put(row);
  }

  async putAll(table: string, rows: object[]): Promise<void> {
    if (rows.length > 0) await this.table(table).bulkPut(rows);
  }

  async delete(table: string, key: Key): Promise<void> {
    await this.table(table).delete(key);
  }

  async deleteAll(table: string, keys: Key[]): Promise<void> {
    if (keys.length > 0) await this.table(table).bulkDelete(keys);
  }

  private select<T>(name: string, range: Range): Collection<T, Key> {
    const clause = this.table<T>(name).where(range.index?.replace(/^\*/, "") ?? ":id");
    const from = range.from ?? Dexie.minKey;
    const to = range.to ?? Dexie.maxKey;
    let rows = clause.between(from, to, range.fromOpen !== true, range.toOpen !== true);
    if (range.down === true) rows = rows.reverse();
    return range.limit === undefined ? rows : rows.limit(range.limit);
  }

  range<T>(table: string, range: Range = {}): Promise<T[]> {
    return this.select<T>(table, range).toArray();
  }

  keys(table: string, range: Range = {}): Promise<Key[]> {
    return this.select(table, range).primaryKeys();
  }

  count(table: string, range: Range = {}): Promise<number> {
    return this.select(table, range).count();
  }

  clear(table: string): Promise<void> {
    return this.table(table).clear();
  }
}

class DexieStorage implements Storage {
  private readonly tx: DexieTx;
  constructor(private readonly db: Dexie) {
    this.tx = new DexieTx(db);
  }

  private async run<T>(mode: "r" | "rw", tables: string[], work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.db.transaction(mode, tables, () => work(this.tx));
    } catch (error) {
      throw problem(error);
    }
  }

  read<T>(tables: string[], work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.run("r", tables, work);
  }

  write<T>(tables: string[], work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.run("rw", tables, work);
  }

  close(): void {
    this.db.close();
  }
}

function stores(schema: Schema): Record<string, string> {
  return Object.fromEntries(
    Object.entries(schema).map(([name, table]) => [name, [table.key, ...(table.indexes ?? [])].join(",")]),
  );
}

export class DexieDatabases implements Databases {
  async open(name: string, schema: Schema, options: { strict: boolean }): Promise<Storage> {
    const make = async (): Promise<Storage> => {
      const db = new Dexie(name, { chromeTransactionDurability: options.strict ? "strict" : "relaxed" });
      db.version(VERSION).stores(stores(schema));
      await db.open();
      return new DexieStorage(db);
    };
    try {
      return await make();
    } catch (error) {
      if (options.strict || hasQuota(error)) throw problem(error);
      await Dexie.delete(name);
      return make();
    }
  }

  delete(name: string): Promise<void> {
    return Dexie.delete(name);
  }

  names(): Promise<string[]> {
    return Dexie.getDatabaseNames();
  }
}
