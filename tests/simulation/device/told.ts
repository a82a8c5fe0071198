// What Python has been told of a device. Only what changed since travels: most looks find nothing new.

import { NO_BASE, type Core } from "../../../pwa/src/data/core";
import {
  cacheName,
  outboxName,
  type BaseRow,
  type BaseState,
  type OutboxRow,
} from "../../../pwa/src/data/databases";
import type { LocalPerson } from "../../../pwa/src/data/local";
import type { MemoryDatabases } from "../../../pwa/src/data/ports/memory";
import type { WireRecord } from "../../../pwa/src/data/types.gen";

/** Rows by key: those that are new or other ones, and keys of those that are gone. */
interface Changes {
  put: [string, unknown][];
  out: string[];
}

/** One list as Python knows it. Rows are never changed in place, so that another object is another row. */
class Known {
  private rows = new Map<string, unknown>();

  changes(now: ReadonlyMap<string, unknown>): Changes | undefined {
    const put = [...now].filter(([key, row]) => this.rows.get(key) !== row);
    const out = [...this.rows.keys()].filter((key) => !now.has(key));
    if (put.length === 0 && out.length === 0) return undefined;
    this.rows = new Map(now);
    return { put, out };
  }
}

interface Shown {
  base: WireRecord | undefined;
  rows: OutboxRow[];
  record: WireRecord | undefined;
}

export class Told {
  /** How often a person was told that there is no room. */
  full = 0;
  private readonly known = new Map<string, Known>();
  /** By tab. */
  private readonly shown = new Map<number, Map<string, Shown>>();

  constructor(private readonly disk: MemoryDatabases) {}

  private changes(name: string, now: ReadonlyMap<string, unknown>): Changes | undefined {
    const known = this.known.get(name) ?? new Known();
    this.known.set(name, known);
    return known.changes(now);
  }

  private rows(database: string, table: string): Map<string, unknown> {
    const found = new Map<string, unknown>();
    for (const [id, { row }] of this.disk.table(database, table)) found.set(id, row);
    return found;
  }

  private bases(person: string): Map<string, WireRecord> {
    const found = new Map<string, WireRecord>();
    for (const { row } of this.disk.table(cacheName(person), "base").values()) {
      const { id, body } = row as BaseRow;
      found.set(id, body);
    }
    return found;
  }

  /** What lies on the disk, whether the app runs or not; between two lines no transaction is open. */
  peek(person: string) {
    const [outbox, cache] = [outboxName(person), cacheName(person)];
    return {
      client: this.rows(outbox, "state").values().next().value ?? null,
      state: this.rows(cache, "state").values().next().value ?? null,
      outbox: this.changes("outbox", this.rows(outbox, "outbox")),
      ring: this.changes("ring", this.rows(outbox, "ring")),
      base: this.changes("base", this.bases(person)),
    };
  }

  /** The same, and what the screens of a tab show. */
  dump(local: LocalPerson, tab: number): object {
    const { core } = local as unknown as { core: Core };
    const found = this.peek(local.me.id);
    const shown = this.looked(core, tab, (found.state as BaseState | null) ?? NO_BASE);
    const changes = this.changes(`shown ${tab}`, shown);
    return { ...found, shown: changes, status: local.engine.status.value, leads: local.engine.leads };
  }

  private looked(core: Core, tab: number, state: BaseState): Map<string, WireRecord> {
    const bases = this.bases(core.me.id);
    const known = this.shown.get(tab);
    const looked = new Map<string, Shown>();
    const records = new Map<string, WireRecord>();
    for (const id of new Set([...bases.keys(), ...core.overlay.records()])) {
      const base = bases.get(id);
      const rows = core.overlay.of(id, state.confirmed);
      const old = known?.get(id);
      const same = old !== undefined && old.base === base && isSame(old.rows, rows);
      const found = same ? old : { base, rows, record: core.looked(id, base, state).record };
      looked.set(id, found);
      if (found.record !== undefined) records.set(id, found.record);
    }
    this.shown.set(tab, looked);
    return records;
  }
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}
