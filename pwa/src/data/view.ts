// From a wire record to what a screen shows.

import type { Custody, View } from "./shapes";
import { EMPTY, KINDS, type Fields, type Kind, type WireRecord } from "./types.gen";

export interface Entry {
  v: object;
  p?: string;
}

export type Entries = Record<string, Entry>;

export function isKind(kind: string): kind is Kind {
  return Object.hasOwn(KINDS, kind);
}

export function planOf(kind: Kind): Readonly<Record<string, string>> {
  return KINDS[kind];
}

export function entriesOf(record: WireRecord, field: string): Entries {
  return (record.fields[field] ?? {}) as Entries;
}

/** Entries of an ordered field as they are shown: by place, then key. */
export function inOrder(entries: Entries): { key: string; p: string; v: object }[] {
  const rows = Object.entries(entries).map(([key, entry]) => ({ key, p: entry.p ?? "", v: entry.v }));
  return rows.sort((a, b) => order(a.p, b.p) || order(a.key, b.key));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A scalar or text; what an absent one means. */
export function valueOf(record: WireRecord, field: string): unknown {
  const empty: Readonly<Record<string, unknown>> = isKind(record.kind) ? EMPTY[record.kind] : {};
  return record.fields[field] ?? empty[field];
}

function plain(record: WireRecord, kind: Kind): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [field, merge] of Object.entries(planOf(kind))) {
    if (merge === "members") {
      const entries = Object.entries(entriesOf(record, field)).sort(([a], [b]) => order(a, b));
      fields[field] = entries.map(([key, entry]) => ({ key, ...entry.v }));
    } else if (merge === "ordered") {
      fields[field] = inOrder(entriesOf(record, field)).map(({ key, v }) => ({ key, ...v }));
    } else {
      fields[field] = valueOf(record, field);
    }
  }
  return fields;
}

export function fieldsOf<K extends Kind>(kind: K, record: WireRecord): Fields<K> {
  return plain(record, kind) as unknown as Fields<K>;
}

export function toView<K extends Kind>(
  kind: K,
  record: WireRecord,
  waiting: number,
  custody: Custody,
): View<K> {
  const flags = Object.entries(record.flags ?? {});
  return {
    id: record.id,
    kind,
    space: record.space,
    by: record.by,
    created: record.created,
    updated: record.updated,
    ...(record.deleted === undefined ? {} : { deleted: record.deleted }),
    fields: fieldsOf(kind, record),
    conflicts: flags.map(([key, { field, value, by, at }]) => ({ key, field, value, by, at })),
    media: record.media ?? {},
    rev: record.rev,
    custody,
    waiting,
  };
}
