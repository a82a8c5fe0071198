// The world as the engine sees it. The simulator, the tests and the browser each bring their own.

export interface Clock {
  /** Milliseconds since 1970, as this device believes. */
  now(): number;
  /** Calls once after `ms`; gives the cancel. */
  after(ms: number, run: () => void): () => void;
}

export interface Random {
  bytes(count: number): Uint8Array;
  /** At least 0, below 1. */
  unit(): number;
}

export type Key = string | number | Key[];

export interface Range {
  /** Name of an index; the primary key if absent. */
  index?: string;
  /** Inclusive unless `open`. */
  from?: Key;
  to?: Key;
  fromOpen?: boolean;
  toOpen?: boolean;
  /** From the highest key down. */
  down?: boolean;
  limit?: number;
}

export interface Tx {
  get<T>(table: string, key: Key): Promise<T | undefined>;
  many<T>(table: string, keys: Key[]): Promise<(T | undefined)[]>;
  put(table: string, row: object): Promise<void>;
  putAll(table: string, rows: object[]): Promise<void>;
  delete(table: string, key: Key): Promise<void>;
  deleteAll(table: string, keys: Key[]): Promise<void>;
  range<T>(table: string, range?: Range): Promise<T[]>;
  /** Primary keys only. */
  keys(table: string, range?: Range): Promise<Key[]>;
  count(table: string, range?: Range): Promise<number>;
  clear(table: string): Promise<void>;
}

/**
 * A small transactional database with the rules of IndexedDB: a transaction lives while its own requests follow each
 * other, so `work` awaits nothing but its `tx`; all or nothing; values are copied in and out.
 * Throws LocalProblem `quota` or `storage`; then nothing was changed.
 */
export interface Storage {
  read<T>(tables: string[], work: (tx: Tx) => Promise<T>): Promise<T>;
  /** `strict`: in a cache too, this write and all before it have reached the disk when it resolves. */
  write<T>(tables: string[], work: (tx: Tx) => Promise<T>, strict?: boolean): Promise<T>;
  close(): void;
}

/** Table name -> primary key and indexes; `[a+b]` compound, `*a` one entry per element. */
export type Schema = Record<string, { key: string; indexes?: string[] }>;

export interface OpenOptions {
  strict: boolean;
  /** Raised when a cache's schema changes. */
  version?: number;
}

export interface Databases {
  /** `strict`: a write has reached the disk when it resolves. A cache that can't be opened is dropped and made anew. */
  open(name: string, schema: Schema, options: OpenOptions): Promise<Storage>;
  delete(name: string): Promise<void>;
  names(): Promise<string[]>;
}

export interface Request {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** A path of the own server, or an absolute address that the server gave. */
  path: string;
  json?: unknown;
  bytes?: Uint8Array;
  headers?: Record<string, string>;
  timeoutMs?: number;
  /** What to read the answer as; `json` unless told. */
  want?: "json" | "bytes";
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  header(name: string): string | null;
  /** Parsed for a JSON answer, else undefined. */
  json: unknown;
  /** What an S3 store calls its refusal. */
  code?: string;
  bytes?: Uint8Array;
}

export interface Transport {
  /** Any status is an answer. Throws TransportProblem when none came, or not from our server. */
  send(request: Request): Promise<Answer>;
}

/** Files of one person, by key (`{upload}/original`, `{upload}/w1024`). */
export interface MediaStore {
  /** Adds to the end of a file, made when absent; on the disk when it resolves. Throws LocalProblem `quota`. */
  append(key: string, bytes: Uint8Array): Promise<void>;
  size(key: string): Promise<number | undefined>;
  /** Bytes `from` up to but not including `to`; throws LocalProblem `not_found`. */
  read(key: string, from: number, to: number): Promise<Uint8Array>;
  /** The whole as a Blob for a screen. */
  blob(key: string, mime: string): Promise<Blob | undefined>;
  delete(key: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  keys(): Promise<string[]>;
  clear(): Promise<void>;
}

export interface Locks {
  /** Waits for the lock, holds it while `work` runs. `steal`: takes it at once; the holder's promise then rejects. */
  hold<T>(name: string, work: () => Promise<T>, steal?: boolean): Promise<T>;
  /** Waits while somebody holds it alone; any number may hold it like this together. */
  shared<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Runs only if the lock is free now. */
  ifFree<T>(name: string, work: () => Promise<T>): Promise<T | undefined>;
}

export interface Channel {
  post(message: unknown): void;
  listen(run: (message: unknown) => void): () => void;
  close(): void;
}

export interface Broadcast {
  /** Reaches every other tab of this browser, not the sender. */
  open(name: string): Channel;
}

/** What the world around a tab says. */
export interface Surroundings {
  visible(): boolean;
  /** Calls on `online`, and on becoming visible or hidden. */
  listen(run: (event: "online" | "visible" | "hidden") => void): () => void;
  /** Asks the browser to keep our data. */
  persist(): Promise<boolean>;
  /** The language of the screens: `en`, `es`. */
  language(): string;
  /** Whether somebody is signed in on this browser, kept apart from our databases: tells an eviction from a new browser. */
  remembered(): boolean;
  remember(signedIn: boolean): void;
  /** Begins the page anew. */
  reload(): void;
  /** On a network that costs money or is slow by the person's wish. */
  metered(): boolean;
}

/** Words that the school says by itself. */
export interface Pokes {
  /** Opens the stream: each word as it comes, and its end unless it was asked for. Gives what closes it. */
  open(on: { word(name: "hello" | "moved" | "beat", data: unknown): void; over(): void }): () => void;
}

/** Authenticated encryption under a key of 32 bytes. */
export interface Crypto {
  encrypt(key: Uint8Array, plain: Uint8Array): Promise<Uint8Array>;
  /** Throws if key or bytes are wrong. */
  decrypt(key: Uint8Array, sealed: Uint8Array): Promise<Uint8Array>;
}

/** Addresses under which a screen can show a file. */
export interface Addresses {
  make(blob: Blob): string;
  end(url: string): void;
  /** One that the service worker answers in ranges, for what plays; undefined where there is none. */
  playing(person: string, key: string, mime: string): string | undefined;
}

export interface Ports {
  clock: Clock;
  random: Random;
  databases: Databases;
  transport: Transport;
  media(person: string): Promise<MediaStore>;
  locks: Locks;
  broadcast: Broadcast;
  around: Surroundings;
  crypto: Crypto;
  addresses: Addresses;
  /** Where there is none, the engine asks by itself. */
  pokes?: Pokes;
  /** Version of the app. */
  app?: string;
}
