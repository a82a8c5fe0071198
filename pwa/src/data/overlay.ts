// The outbox in memory: which records have mutations that are not confirmed, to be replayed over the base.

import { spaceOf } from "./audience";
import type { OutboxRow } from "./databases";
import type { Storage } from "./ports/ports";
import { holds, replay } from "./replay";
import { KINDS, type WireRecord } from "./types.gen";

export class Overlay {
  private byRecord = new Map<string, OutboxRow[]>();

  /** Reads the outbox anew; gives the ids of the records that have or had rows. */
  async load(outbox: Storage): Promise<Set<string>> {
    const rows = await outbox.read(["outbox"], (tx) => tx.range<OutboxRow>("outbox"));
    const touched = new Set(this.byRecord.keys());
    this.byRecord = new Map();
    for (const row of rows) {
      this.append(row);
      touched.add(row.record);
    }
    return touched;
  }

  private append(row: OutboxRow): void {
    const rows = this.byRecord.get(row.record);
    if (rows === undefined) this.byRecord.set(row.record, [row]);
    else rows.push(row);
  }

  /** Takes in rows that were just saved; one with the n of an older row replaces it. */
  save(rows: readonly OutboxRow[]): void {
    for (const row of rows) {
      const known = this.byRecord.get(row.record);
      const index = known?.findIndex((other) => other.n === row.n) ?? -1;
      if (known !== undefined && index !== -1) known[index] = row;
      else this.append(row);
    }
  }

  records(): string[] {
    return [...this.byRecord.keys()];
  }

  /** Rows of a record that are not in the base, in order. */
  of(record: string, confirmed: number): OutboxRow[] {
    return (this.byRecord.get(record) ?? []).filter((row) => row.n > confirmed);
  }

  all(confirmed: number): OutboxRow[] {
    return [...this.byRecord.values()].flat().filter((row) => row.n > confirmed);
  }
}

/**
 * What this device shows of a record: its base with the rows replayed. Undefined when nothing is known of it.
 *
 * The server takes rows in order: what came before one that the base holds is in the base as well, even where nothing
 * of it shows any more. Replayed, it would bring back the text of then, until the last page of the pull confirms it.
 */
export function project(
  base: WireRecord | undefined,
  rows: readonly OutboxRow[],
  person: string,
): WireRecord | undefined {
  let record = base;
  let moved = false;
  for (const row of base === undefined ? rows : rows.slice(heldBy(base, rows))) {
    record = replay(record, row, person, KINDS) ?? undefined;
    moved ||= row.op === "set" && row.field === "audience";
  }
  return record !== undefined && moved ? { ...record, space: spaceOf(record) ?? record.space } : record;
}

/** How many rows, from the first on, a base holds. */
function heldBy(base: WireRecord, rows: readonly OutboxRow[]): number {
  return rows.reduce((count, row, index) => (holds(base, row) ? index + 1 : count), 0);
}
