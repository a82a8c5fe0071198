// What every part of the engine shares for one person in one tab: databases, the outbox in memory, and the hub.

import type { Upload } from "./media-shapes";
import { CACHE, type BaseRow, type BaseState, type OutboxRow, type Stores } from "./databases";
import { Hub } from "./hub";
import { Overlay, project } from "./overlay";
import type { Channel, Ports, Storage, Tx } from "./ports/ports";
import type { Me, SyncStatus } from "./shapes";
import type { WireRecord } from "./types.gen";

export const NO_BASE: BaseState = {
  key: "base",
  client: "",
  vector: {},
  confirmed: 0,
  now: null,
  complete: false,
  digests: {},
  replacing: [],
  sweep: false,
  mismatch: [],
  mended: {},
  agreed: [],
};

export async function baseState(tx: Tx): Promise<BaseState> {
  return (await tx.get<BaseState>("state", "base")) ?? NO_BASE;
}

/** Spaces of which this device can't say yet that they are as the school has them. */
export function unsure(state: BaseState): string[] {
  const agreed = new Set(state.agreed);
  const held = new Set([...Object.keys(state.vector), ...state.replacing]);
  return [...held].filter((space) => !agreed.has(space));
}

/** A record as this device has it now. */
export interface Looked {
  base: WireRecord | undefined;
  rows: OutboxRow[];
  record: WireRecord | undefined;
}

/** What tabs of one person tell each other. */
export type Message =
  | { about: "changed"; ids: string[] | null; topics: string[] | null }
  | { about: "wanted" }
  | { about: "status"; status: Omit<SyncStatus, "waiting" | "notSafe"> }
  | { about: "signed in" };

export class Core {
  readonly hub = new Hub();
  readonly overlay = new Overlay();
  uploads: Map<string, Upload> = new Map();
  /** Forms of this tab that hold something, and what lets the app update itself again. */
  readonly forms = new Map<string, () => void>();
  readonly channel: Channel;
  closed = false;

  constructor(
    readonly me: Me,
    readonly ports: Ports,
    readonly stores: Stores,
  ) {
    this.channel = ports.broadcast.open(`pathfolio-${me.id}`);
  }

  get outbox(): Storage {
    return this.stores.outbox;
  }

  get cache(): Storage {
    return this.stores.cache;
  }

  async load(): Promise<void> {
    await this.overlay.load(this.outbox);
    await this.loadUploads();
  }

  async loadUploads(): Promise<void> {
    const rows = await this.outbox.read(["uploads"], (tx) => tx.range<Upload>("uploads"));
    this.uploads = new Map(rows.map((row) => [row.id, row]));
  }

  /** Records in the middle of a read of the cache. The overlay is older than what `tx` reads, so nothing is missed. */
  async look(tx: Tx, ids: string[]): Promise<{ state: BaseState; found: Map<string, Looked> }> {
    const state = await baseState(tx);
    const bases = await tx.many<BaseRow>("base", ids);
    const found = new Map<string, Looked>();
    for (const [index, id] of ids.entries()) found.set(id, this.looked(id, bases[index]?.body, state));
    return { state, found };
  }

  looked(id: string, base: WireRecord | undefined, state: BaseState): Looked {
    const rows = this.overlay.of(id, state.confirmed);
    return { base, rows, record: project(base, rows, this.me.id) };
  }

  async lookAt(id: string): Promise<Looked> {
    const { found } = await this.cache.read(["state", "base"], (tx) => this.look(tx, [id]));
    return found.get(id) as Looked;
  }

  /** After a commit: the own screens, then the other tabs. */
  tell(ids: Iterable<string> | undefined, topics: Iterable<string> | undefined): void {
    const change = {
      ...(ids === undefined ? {} : { ids: new Set(ids) }),
      ...(topics === undefined ? {} : { topics: new Set(topics) }),
    };
    this.hub.emit(change);
    this.channel.post({
      about: "changed",
      ids: change.ids === undefined ? null : [...change.ids],
      topics: change.topics === undefined ? null : [...change.topics],
    } satisfies Message);
  }

  /** Another tab committed: read anew what is kept in memory, then tell the own screens. */
  async heard(message: Message): Promise<void> {
    if (message.about !== "changed" || this.closed) return;
    await this.load();
    this.hub.emit({
      ...(message.ids === null ? {} : { ids: new Set(message.ids) }),
      ...(message.topics === null ? {} : { topics: new Set(message.topics) }),
    });
  }

  close(): void {
    this.closed = true;
    // What they hold is kept; nobody types on in them here.
    for (const release of this.forms.values()) release();
    this.forms.clear();
    this.channel.close();
    this.outbox.close();
    this.cache.close();
  }
}

export const CACHE_TABLES = Object.keys(CACHE);
