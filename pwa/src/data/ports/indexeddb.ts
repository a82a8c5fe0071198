// IndexedDB behind the storage port. Strict databases wait for the disk; a cache that can't be opened is made anew.

import { LocalProblem } from "../problems";
import type { Databases, Key, OpenOptions, Range, Schema, Storage, Tx } from "./ports";

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : "";
}

function problem(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error;
  if (error.name === "QuotaExceededError") {
    return new LocalProblem("quota", "This device has no room left. What you typed is still here.");
  }
  return new LocalProblem("storage", `This browser's storage failed (${error.name}: ${error.message}).`);
}

function ask<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error ?? new DOMException("", "UnknownError"));
  });
}

function keyRange({ from, to, fromOpen = false, toOpen = false }: Range): IDBKeyRange | null {
  if (from !== undefined && to !== undefined) return IDBKeyRange.bound(from, to, fromOpen, toOpen);
  if (from !== undefined) return IDBKeyRange.lowerBound(from, fromOpen);
  return to === undefined ? null : IDBKeyRange.upperBound(to, toOpen);
}

/** Nothing lies in it; the browser refuses to make such a range. */
function isEmpty({ from, to, fromOpen = false, toOpen = false }: Range): boolean {
  if (from === undefined || to === undefined) return false;
  const order = indexedDB.cmp(from, to);
  return order > 0 || (order === 0 && (fromOpen || toOpen));
}

/** One answer instead of a cursor's step for each row: browsers since autumn 2025; the others step. */
const canGetDown = typeof IDBObjectStore === "function" && "getAllRecords" in IDBObjectStore.prototype;

/** Not yet in TypeScript's own list. */
interface Downwards {
  query: IDBKeyRange | null;
  direction: "prev";
  count?: number;
}

interface GetsDown {
  getAll: (options: Downwards) => IDBRequest<unknown[]>;
  getAllKeys: (options: Downwards) => IDBRequest<IDBValidKey[]>;
}

function downwards(range: Range): Downwards {
  const count = range.limit === undefined ? {} : { count: range.limit };
  return { query: keyRange(range), direction: "prev", ...count };
}

class IndexedTx implements Tx {
  constructor(private readonly inner: IDBTransaction) {}

  private source(table: string, range: Range = {}): IDBObjectStore | IDBIndex {
    const store = this.inner.objectStore(table);
    return range.index === undefined ? store : store.index(range.index);
  }

  get<T>(table: string, key: Key): Promise<T | undefined> {
    return ask(this.inner.objectStore(table).get(key)) as Promise<T | undefined>;
  }

  many<T>(table: string, keys: Key[]): Promise<(T | undefined)[]> {
    return Promise.all(keys.map((key) => this.get<T>(table, key)));
  }

  async put(table: string, row: object): Promise<void> {
    await ask(this.inner.objectStore(table).put(row));
  }

  async putAll(table: string, rows: object[]): Promise<void> {
    const store = this.inner.objectStore(table);
    await Promise.all(rows.map((row) => ask(store.put(row))));
  }

  delete(table: string, key: Key): Promise<void> {
    return ask(this.inner.objectStore(table).delete(key));
  }

  async deleteAll(table: string, keys: Key[]): Promise<void> {
    await Promise.all(keys.map((key) => this.delete(table, key)));
  }

  range<T>(table: string, range: Range = {}): Promise<T[]> {
    if (isEmpty(range)) return Promise.resolve([]);
    const source = this.source(table, range);
    if (range.down !== true) return ask(source.getAll(keyRange(range), range.limit)) as Promise<T[]>;
    if (canGetDown) return ask((source as unknown as GetsDown).getAll(downwards(range))) as Promise<T[]>;
    const rows: T[] = [];
    return this.walk(source.openCursor(keyRange(range), "prev"), range, (cursor) => {
      rows.push(cursor.value as T);
    }).then(() => rows);
  }

  keys(table: string, range: Range = {}): Promise<Key[]> {
    if (isEmpty(range)) return Promise.resolve([]);
    const source = this.source(table, range);
    if (range.down !== true) return ask(source.getAllKeys(keyRange(range), range.limit)) as Promise<Key[]>;
    if (canGetDown)
      return ask((source as unknown as GetsDown).getAllKeys(downwards(range))) as Promise<Key[]>;
    const keys: Key[] = [];
    return this.walk(source.openKeyCursor(keyRange(range), "prev"), range, (cursor) => {
      keys.push(cursor.primaryKey as Key);
    }).then(() => keys);
  }

  /** Steps a cursor down, up to the limit. */
  private walk<C extends IDBCursor>(
    request: IDBRequest<C | null>,
    range: Range,
    take: (cursor: C) => void,
  ): Promise<void> {
    let left = range.limit ?? Infinity;
    return new Promise((done, fail) => {
      request.onerror = () => fail(request.error ?? new DOMException("", "UnknownError"));
      request.onsuccess = () => {
        const cursor = request.result;
        if (cursor === null || left <= 0) return done();
        take(cursor);
        left -= 1;
        if (left > 0) cursor.continue();
        else done();
      };
    });
  }

  count(table: string, range: Range = {}): Promise<number> {
    if (isEmpty(range)) return Promise.resolve(0);
    return ask(this.source(table, range).count(keyRange(range) ?? undefined));
  }

  clear(table: string): Promise<void> {
    return ask(this.inner.objectStore(table).clear());
  }
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((done, fail) => {
    transaction.oncomplete = () => done();
    transaction.onabort = () => fail(transaction.error ?? new DOMException("", "AbortError"));
  });
}

class IndexedStorage implements Storage {
  private db: Promise<IDBDatabase> | undefined;
  private closed = false;

  constructor(
    private readonly connect: () => Promise<IDBDatabase>,
    private readonly strict: boolean,
  ) {}

  /** The connection; made anew when the browser ended it (as iOS does in the background). */
  async connection(): Promise<IDBDatabase> {
    if (this.closed) throw new LocalProblem("closed", "The local database was closed.");
    this.db ??= this.connect().then(
      (db) => {
        db.onclose = () => (this.db = undefined);
        // Another tab deletes or changes the database.
        db.onversionchange = () => this.close();
        return db;
      },
      (error: unknown) => {
        // Failed once is not for ever: the next save tries again.
        this.db = undefined;
        throw error;
      },
    );
    return this.db;
  }

  private async begin(tables: string[], mode: IDBTransactionMode, strict: boolean): Promise<IDBTransaction> {
    const durability = strict ? "strict" : "relaxed";
    try {
      return (await this.connection()).transaction(tables, mode, { durability });
    } catch (error) {
      if (nameOf(error) !== "InvalidStateError") throw error;
      this.db = undefined;
      return (await this.connection()).transaction(tables, mode, { durability });
    }
  }

  private async run<T>(
    tables: string[],
    mode: IDBTransactionMode,
    work: (tx: Tx) => Promise<T>,
    strict = this.strict,
  ): Promise<T> {
    let transaction: IDBTransaction;
    try {
      transaction = await this.begin(tables, mode, strict);
    } catch (error) {
      throw problem(error);
    }
    const end = finished(transaction);
    // Until it is awaited below.
    end.catch(() => undefined);
    try {
      const value = await work(new IndexedTx(transaction));
      await end;
      return value;
    } catch (error) {
      // The transaction's own reason (no room) says more than that of the request that it took along.
      const reason = transaction.error ?? error;
      abort(transaction);
      await end.catch(() => undefined);
      if (nameOf(reason) === "UnknownError") this.db = undefined;
      throw problem(reason);
    }
  }

  read<T>(tables: string[], work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.run(tables, "readonly", work);
  }

  write<T>(tables: string[], work: (tx: Tx) => Promise<T>, strict?: boolean): Promise<T> {
    return this.run(tables, "readwrite", work, strict);
  }

  close(): void {
    this.closed = true;
    this.db?.then(
      (db) => db.close(),
      () => undefined,
    );
  }
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It had ended already.
  }
}

function upgrade(db: IDBDatabase, schema: Schema): void {
  const path = (text: string): string | string[] =>
    text.startsWith("[") ? text.slice(1, -1).split("+") : text;
  for (const [name, { key, indexes = [] }] of Object.entries(schema)) {
    // On an older version this throws: a cache is then dropped and made anew.
    const store = db.createObjectStore(name, { keyPath: path(key) });
    for (const index of indexes) {
      store.createIndex(index, path(index.replace("*", "")), { multiEntry: index.startsWith("*") });
    }
  }
}

function connect(name: string, schema: Schema, version: number): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => upgrade(request.result, schema);
  return ask(request);
}

/** A schema that does not fit: an upgrade that failed, or an older app than the one that made it. */
const OTHER_SCHEMA = new Set(["VersionError", "ConstraintError", "AbortError"]);

export class IndexedDatabases implements Databases {
  async open(name: string, schema: Schema, options: OpenOptions): Promise<Storage> {
    const { version = 1 } = options;
    const tried = async (): Promise<Storage> => {
      const storage = new IndexedStorage(() => connect(name, schema, version), options.strict);
      await storage.connection();
      return storage;
    };
    try {
      try {
        return await tried();
      } catch (error) {
        // A disk that fails for a moment is no reason to fetch everything again.
        if (OTHER_SCHEMA.has(nameOf(error)) || nameOf(error) === "QuotaExceededError") throw error;
        return await tried();
      }
    } catch (error) {
      if (options.strict || nameOf(error) === "QuotaExceededError") throw problem(error);
      await this.delete(name);
      return tried();
    }
  }

  async delete(name: string): Promise<void> {
    await ask(indexedDB.deleteDatabase(name));
  }

  async names(): Promise<string[]> {
    return (await indexedDB.databases()).map(({ name }) => name ?? "");
  }
}
