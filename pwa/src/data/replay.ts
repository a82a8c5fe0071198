// What this device shows: the base with its own waiting mutations on top. The twin of pathfolio_sync/replay.py; both
// are held together by shared vectors. It knows no conflict: what waits is shown as if it won.

import type { Kind, MergeType, Rev, WireMutation, WireRecord } from "./types.gen";

/** How each field of each kind merges; `KINDS` is one. */
export type Plans = Readonly<Record<string, Readonly<Record<string, MergeType>>>>;

/** An entry of a members or ordered field. */
export interface Element {
  v: unknown;
  /** The add that decided `v`. */
  r: Rev;
  /** Other adds that hold the entry in place. */
  also?: Rev[];
  /** Ordered fields: the place, and the change that decided it. */
  p?: string;
  pr?: Rev;
}

type Plain = Readonly<Record<string, unknown>>;
type Entries = Readonly<Record<string, Element>>;
type EntryOp = (
  entries: Entries,
  key: string,
  value: Plain,
  merges: MergeType,
  stamp: Rev,
) => Entries | undefined;

const NOBODY = "";

/**
 * Shows a waiting mutation of `person` on top of a base: a new record, or `record` itself where there is nothing to do
 * (it holds the mutation already, there is nothing to change, or something is unknown or malformed). Never throws.
 */
export function replay(
  record: WireRecord | undefined,
  mutation: WireMutation,
  person: string,
  plans: Plans,
): WireRecord | undefined {
  if (mutation.op === "create") return record ?? create(mutation, person, plans);
  if (record === undefined || holds(record, mutation)) return record;
  if (mutation.op === "remove" && mutation.field === "flags") return unflag(record, mutation);
  const stamp: Rev = [record.rev[0], mutation.id];
  if (mutation.op === "delete") return remove(record, mutation, person, stamp);
  const plan = own(plans, record.kind) ?? {};
  const fields = mutation.op === "restore" ? record.fields : edit(record, mutation, plan, stamp);
  return fields === undefined ? record : edited(record, mutation, fields, stamp);
}

/**
 * Whether the record shows that it holds the mutation: it made the record's last change, or the last one of what it
 * speaks of, or it lost and is flagged.
 */
export function holds(record: WireRecord, mutation: WireMutation): boolean {
  const { id, op, field, value } = mutation;
  if (record.rev[1] === id || (record.flags !== undefined && Object.hasOwn(record.flags, id))) return true;
  if (op === "delete" || op === "restore") return maker(record, "deleted") === id;
  if (field === null) return false;
  if (op === "set" || op === "text") return maker(record, field) === id;
  const entries = own(record.fields, field);
  const element = isPlain(entries) && isPlain(value) ? entryOf(entries as Entries, value.key) : undefined;
  if (element === undefined) return false;
  return [element.r, element.pr, ...(element.also ?? [])].some((rev) => rev?.[1] === id);
}

function maker(record: WireRecord, field: string): string {
  return own(record.meta, field)?.[1] ?? NOBODY;
}

function create(mutation: WireMutation, person: string, plans: Plans): WireRecord | undefined {
  const { kind, fields: content } = isPlain(mutation.value) ? mutation.value : {};
  const plan = typeof kind === "string" ? own(plans, kind) : undefined;
  if (plan === undefined || !isPlain(content)) return undefined;
  const stamp: Rev = [0, mutation.id];
  const fields: Record<string, unknown> = {};
  const meta: Record<string, Rev> = {};
  for (const [name, given] of Object.entries(content)) {
    const merges = own(plan, name);
    const filled = merges === undefined ? undefined : fill(given, merges, stamp);
    if (filled === undefined) continue;
    fields[name] = filled;
    if (merges === "scalar" || merges === "text") meta[name] = stamp;
  }
  return {
    id: mutation.record,
    kind: kind as Kind,
    space: mutation.space,
    seq: 0,
    rev: stamp,
    by: person,
    created: mutation.at,
    updated: mutation.at,
    fields,
    meta,
  };
}

/** A field of a new record, undefined where it is empty or malformed. */
function fill(given: unknown, merges: MergeType, stamp: Rev): unknown {
  if (merges === "scalar") return given;
  if (merges === "text") return typeof given === "string" ? given : undefined;
  if (!isPlain(given)) return undefined;
  const filled: [string, Element][] = [];
  for (const [key, entry] of Object.entries(given)) {
    if (merges === "members") filled.push([key, { v: entry, r: stamp }]);
    else if (isPlain(entry) && "v" in entry && typeof entry.p === "string")
      filled.push([key, { v: entry.v, r: stamp, p: entry.p, pr: stamp }]);
  }
  return filled.length > 0 ? Object.fromEntries(filled) : undefined;
}

/** The record's fields after the op, undefined where it can't be applied. */
function edit(
  record: WireRecord,
  mutation: WireMutation,
  plan: Readonly<Record<string, MergeType>>,
  stamp: Rev,
): Record<string, unknown> | undefined {
  const { field, op, value } = mutation;
  const merges = field === null ? undefined : own(plan, field);
  if (field === null || merges === undefined) return undefined;
  if (
    (op === "set" && merges === "scalar") ||
    (op === "text" && merges === "text" && typeof value === "string")
  )
    return { ...record.fields, [field]: value };
  const change = own(ENTRY_OPS, op);
  if (change === undefined || merges === "scalar" || merges === "text" || !isPlain(value)) return undefined;
  if (typeof value.key !== "string") return undefined;
  const entries = (own(record.fields, field) ?? {}) as Entries;
  const changed = change(entries, value.key, value, merges, stamp);
  if (changed === undefined) return undefined;
  return Object.keys(changed).length > 0
    ? { ...record.fields, [field]: changed }
    : without(record.fields, field);
}

const ENTRY_OPS: Readonly<Record<string, EntryOp>> = {
  add(entries, key, value, merges, stamp) {
    if (!("v" in value)) return undefined;
    const element: Element = { v: value.v, r: stamp };
    if (merges === "ordered") {
      const before = entryOf(entries, key);
      const p = typeof value.p === "string" ? value.p : before?.p;
      const pr = typeof value.p === "string" ? stamp : before?.pr;
      if (p === undefined || pr === undefined) return undefined;
      Object.assign(element, { p, pr });
    }
    return { ...entries, [key]: element };
  },
  remove: (entries, key) => without(entries, key),
  place(entries, key, value, merges, stamp) {
    if (merges !== "ordered" || typeof value.p !== "string") return undefined;
    const element = entryOf(entries, key);
    return element === undefined ? entries : { ...entries, [key]: { ...element, p: value.p, pr: stamp } };
  },
};

/** The record with these fields, out of the trash, stamped where the mutation decided something. */
function edited(
  record: WireRecord,
  mutation: WireMutation,
  fields: Record<string, unknown>,
  stamp: Rev,
): WireRecord {
  const meta = { ...record.meta };
  if (mutation.field !== null && (mutation.op === "set" || mutation.op === "text"))
    meta[mutation.field] = stamp;
  const { deleted, ...rest } = record;
  if (deleted !== undefined) meta.deleted = stamp;
  return { ...rest, fields, meta, updated: later(record.updated, mutation.at) };
}

function remove(record: WireRecord, mutation: WireMutation, person: string, stamp: Rev): WireRecord {
  if (record.deleted !== undefined) return record;
  const deleted = { by: person, at: mutation.at };
  const meta = { ...record.meta, deleted: stamp };
  return { ...record, meta, deleted, updated: later(record.updated, mutation.at) };
}

function unflag(record: WireRecord, mutation: WireMutation): WireRecord {
  const key = isPlain(mutation.value) ? mutation.value.key : undefined;
  const { flags, ...rest } = record;
  if (flags === undefined || typeof key !== "string" || !Object.hasOwn(flags, key)) return record;
  const left = without(flags, key);
  return Object.keys(left).length > 0 ? { ...rest, flags: left } : rest;
}

function later(one: string, other: string): string {
  return other > one ? other : one;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Keys come from people: `__proto__` and `constructor` are names like any other. */
function own<T>(object: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function entryOf(entries: Entries, key: unknown): Element | undefined {
  return typeof key === "string" ? own(entries, key) : undefined;
}

function without<T>(object: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}
