// Databases in memory with the rules of IndexedDB: values are copied in and out, transactions take turns and are whole
// or nothing. A crash drops what was not committed, and of relaxed databases also the last few commits.

import { LocalProblem } from "../problems";
import { compareKeys, inRange, keysOf } from "./keys";
import type { Databases, Key, OpenOptions, Range, Schema, Storage, Tx } from "./ports";

interface Entry {
  key: Key;
  row: object;
}
type Table = Map<string, Entry>;
type Undo = { table: string; id: string; before: Entry | undefined }[];

const RELAXED_COMMITS_AT_RISK = 4;

class Data {
  readonly tables = new Map<string, Table>();
  readonly commits: Undo[] = [];
  /** Every connection takes its turn here. */
  turn: Promise<unknown> = Promise.resolve();
  /** Deleted, or made anew under another version: who has it open is told that it is closed. */
  dropped = false;
  constructor(
    readonly schema: Schema,
    readonly strict: boolean,
    readonly version: number,
  ) {
    for (const name of Object.keys(schema)) this.tables.set(name, new Map());
  }

  table(name: string): Table {
    const table = this.tables.get(name);
    if (table === undefined) throw new LocalProblem("storage", `There is no table ${name}.`);
    return table;
  }

  revert(undo: Undo): void {
    for (const { table, id, before } of [...undo].reverse()) {
      if (before === undefined) this.table(table).delete(id);
      else this.table(table).set(id, before);
    }
  }
}

class MemoryTx implements Tx {
  readonly undo: Undo = [];
  constructor(
    private readonly data: Data,
    private readonly allowed: readonly string[],
    private readonly writable: boolean,
    private readonly alive: () => boolean,
    private readonly room: () => boolean,
  ) {}

  private table(name: string): Table {
    if (!this.alive()) throw new LocalProblem("closed", "The database was closed.");
    if (!this.allowed.includes(name))
      throw new LocalProblem("storage", `The transaction does not cover ${name}.`);
    return this.data.table(name);
  }

  async get<T>(table: string, key: Key): Promise<T | undefined> {
    const found = this.table(table).get(JSON.stringify(key));
    return Promise.resolve(found && (structuredClone(found.row) as T));
  }

  async many<T>(table: string, keys: Key[]): Promise<(T | undefined)[]> {
    return Promise.all(keys.map((key) => this.get<T>(table, key)));
  }

  private change(table: string, id: string, after: Entry | undefined): void {
    const rows = this.table(table);
    if (!this.writable) throw new LocalProblem("storage", "The transaction only reads.");
    this.undo.push({ table, id, before: rows.get(id) });
    if (after === undefined) rows.delete(id);
    else rows.set(id, after);
  }

  async put(table: string, row: object): Promise<void> {
    const [key] = keysOf(row, this.data.schema[table]?.key ?? "");
    if (key === undefined) throw new LocalProblem("storage", `A row of ${table} has no key.`);
    if (!this.room()) throw new LocalProblem("quota", "This device has no room left.");
    this.change(table, JSON.stringify(key), { key, row: structuredClone(row) });
    return Promise.resolve();
  }

  async putAll(table: string, rows: object[]): Promise<void> {
    for (const row of rows) await this.put(table, row);
  }

  async delete(table: string, key: Key): Promise<void> {
    this.change(table, JSON.stringify(key), undefined);
    return Promise.resolve();
  }

  async deleteAll(table: string, keys: Key[]): Promise<void> {
    for (const key of keys) await this.delete(table, key);
  }

  private select(name: string, range: Range): Entry[] {
    const hits: { at: Key; entry: Entry }[] = [];
    for (const entry of this.table(name).values()) {
      const keys = range.index === undefined ? [entry.key] : keysOf(entry.row, range.index);
      for (const at of keys) if (inRange(at, range)) hits.push({ at, entry });
    }
    hits.sort((a, b) => compareKeys(a.at, b.at) || compareKeys(a.entry.key, b.entry.key));
    if (range.down === true) hits.reverse();
    return hits.slice(0, range.limit).map((hit) => hit.entry);
  }

  async range<T>(table: string, range: Range = {}): Promise<T[]> {
    return Promise.resolve(this.select(table, range).map((entry) => structuredClone(entry.row) as T));
  }

  async keys(table: string, range: Range = {}): Promise<Key[]> {
    return Promise.resolve(this.select(table, range).map((entry) => entry.key));
  }

  async count(table: string, range: Range = {}): Promise<number> {
    return Promise.resolve(this.select(table, range).length);
  }

  async clear(table: string): Promise<void> {
    for (const id of [...this.table(table).keys()]) this.change(table, id, undefined);
    return Promise.resolve();
  }
}

/** A program that uses the disk: a tab. When it ends, what it had not committed never was. */
export class Session implements Databases {
  alive = true;
  readonly active = new Map<Undo, Data>();
  private cut: (error: Error) => void = () => undefined;
  /** Never resolves; rejects at the end. */
  readonly ended = new Promise<never>((_, reject) => (this.cut = reject));

  constructor(private readonly home: MemoryDatabases) {
    this.ended.catch(() => undefined);
  }

  async open(name: string, schema: Schema, options: OpenOptions): Promise<Storage> {
    return Promise.resolve(new MemoryStorage(this.home.data(name, schema, options), this.home, this));
  }

  delete(name: string): Promise<void> {
    return this.home.delete(name);
  }

  names(): Promise<string[]> {
    return this.home.names();
  }

  end(): void {
    this.alive = false;
    for (const [undo, data] of this.active) data.revert(undo);
    this.active.clear();
    this.home.sessions.delete(this);
    this.cut(closed());
  }
}

function closed(): LocalProblem {
  return new LocalProblem("closed", "The database was closed.");
}

class MemoryStorage implements Storage {
  private open = true;
  constructor(
    private readonly data: Data,
    private readonly home: MemoryDatabases,
    private readonly session: Session,
  ) {}

  private readonly alive = (): boolean => this.open && this.session.alive && !this.data.dropped;

  private run<T>(
    tables: string[],
    writable: boolean,
    work: (tx: Tx) => Promise<T>,
    strict = this.data.strict,
  ): Promise<T> {
    const result = this.data.turn.then(async () => {
      if (!this.alive()) throw closed();
      const { active, ended } = this.session;
      const tx = new MemoryTx(this.data, tables, writable, this.alive, () => this.home.hasRoom());
      active.set(tx.undo, this.data);
      try {
        // Who ended in the middle must not hold up the others.
        const value = await Promise.race([work(tx), ended]);
        if (!this.alive()) throw closed();
        if (tx.undo.length > 0) this.commit(tx.undo, strict);
        return value;
      } catch (error) {
        if (active.has(tx.undo)) this.data.revert(tx.undo);
        throw error;
      } finally {
        active.delete(tx.undo);
      }
    });
    this.data.turn = result.catch(() => undefined);
    return result;
  }

  private commit(undo: Undo, strict: boolean): void {
    this.home.room -= 1;
    if (strict) this.data.commits.length = 0;
    else this.data.commits.push(undo);
    if (this.data.commits.length > RELAXED_COMMITS_AT_RISK) this.data.commits.shift();
  }

  read<T>(tables: string[], work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.run(tables, false, work);
  }

  write<T>(tables: string[], work: (tx: Tx) => Promise<T>, strict?: boolean): Promise<T> {
    return this.run(tables, true, work, strict);
  }

  close(): void {
    this.open = false;
  }
}

/** One device's disk. Survives `crash`; what is open then answers `closed`. */
export class MemoryDatabases implements Databases {
  private readonly all = new Map<string, Data>();
  readonly sessions = new Set<Session>();
  private own = this.session();
  /** Commits until the disk is full, and how often it had no room since it was last asked. */
  room = Infinity;
  refused = 0;

  /** The disk as one tab sees it. */
  session(): Session {
    const session = new Session(this);
    this.sessions.add(session);
    return session;
  }

  data(name: string, schema: Schema, options: OpenOptions): Data {
    const { strict, version = 1 } = options;
    const known = this.all.get(name);
    if (known?.version === version) return known;
    if (known !== undefined && strict)
      throw new LocalProblem("storage", "The database is of another version of this app.");
    this.drop(name);
    const data = new Data(schema, strict, version);
    this.all.set(name, data);
    return data;
  }

  hasRoom(): boolean {
    if (this.room > 0) return true;
    this.refused += 1;
    return false;
  }

  open(name: string, schema: Schema, options: OpenOptions): Promise<Storage> {
    return this.own.open(name, schema, options);
  }

  private drop(name: string): void {
    const data = this.all.get(name);
    if (data !== undefined) data.dropped = true;
    this.all.delete(name);
  }

  delete(name: string): Promise<void> {
    this.drop(name);
    return Promise.resolve();
  }

  names(): Promise<string[]> {
    return Promise.resolve([...this.all.keys()].sort());
  }

  /** What a table holds, for whoever looks at the disk from outside: not to be changed. */
  table(name: string, table: string): ReadonlyMap<string, { readonly row: object }> {
    return this.all.get(name)?.tables.get(table) ?? new Map<string, Entry>();
  }

  /** The power goes. `lost`: how many of the newest relaxed commits (at most 4) had not reached the disk. */
  crash(lost = 0): void {
    for (const session of [...this.sessions]) session.end();
    this.own = this.session();
    for (const data of this.all.values()) {
      // What stood in line is dead too.
      data.turn = Promise.resolve();
      if (data.strict) continue;
      for (let count = 0; count < lost; count++) data.revert(data.commits.pop() ?? []);
    }
  }

  /** A copy of the whole disk, as when a device is cloned from a backup. */
  clone(): MemoryDatabases {
    const copy = new MemoryDatabases();
    for (const [name, data] of this.all) {
      const twin = new Data(data.schema, data.strict, data.version);
      for (const [table, rows] of data.tables) {
        for (const [id, entry] of rows) twin.table(table).set(id, structuredClone(entry));
      }
      for (const { active } of this.sessions)
        for (const [undo, owner] of active) if (owner === data) twin.revert(undo);
      copy.all.set(name, twin);
    }
    return copy;
  }
}
