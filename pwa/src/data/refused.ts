// What the server did not accept: its author's list, and saving such a change again.

import type { Core } from "./core";
import { derivedId } from "./digest";
import { LocalProblem } from "./problems";
import type { Kind, WireMutation } from "./types.gen";
import type { Writer } from "./writer";

interface Created {
  kind: Kind;
  fields: Record<string, unknown>;
}

function entryOf(value: unknown): { key: string; v?: object } {
  return value as { key: string; v?: object };
}

const TAKEN = new Set(["id_reused", "erased", "purged"]);

/** A refused create is made anew, under another id if its own is taken: the same one if that was cut halfway before. */
async function recreate(core: Core, writer: Writer, entry: string, mutation: WireMutation, code: string) {
  const { kind, fields } = mutation.value as Created;
  const id = TAKEN.has(code) ? derivedId(`again:${entry}`) : mutation.record;
  const { record } = await core.lookAt(id);
  return record === undefined ? writer.create(kind, plainInput(fields), id) : id;
}

/** Ordered entries travel as `{key: {v, p}}`; `create` takes them as a list in order. */
function plainInput(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => {
      const entries =
        typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
      const placed = entries.filter((entry): entry is [string, { v: object; p: string }] =>
        isPlaced(entry[1]),
      );
      if (placed.length === 0 || placed.length < entries.length) return [field, value];
      placed.sort(([, a], [, b]) => (a.p < b.p ? -1 : 1));
      return [field, placed.map(([key, { v }]) => ({ key, ...v }))];
    }),
  );
}

function isPlaced(value: unknown): boolean {
  return typeof value === "object" && value !== null && "v" in value && "p" in value;
}

async function redo(writer: Writer, mutation: WireMutation, record: string): Promise<void> {
  const { op, field, value } = mutation;
  if (op === "delete") return writer.delete(record);
  if (op === "restore") return writer.restore(record);
  if (field === null) return;
  if (op === "set") return writer.set(record, field, value);
  if (op === "text") return writer.text(record, field, String(value));
  const { key, v } = entryOf(value);
  if (op === "remove") return writer.remove(record, field, key);
  if (op === "add") return writer.add(record, field, key, v ?? {});
}

export async function retry(core: Core, writer: Writer, id: string): Promise<void> {
  const { record } = await core.lookAt(id);
  if (record?.kind !== "not_accepted") throw new LocalProblem("not_found", "This entry is gone already.");
  const { mutation, followers, code } = record.fields as {
    mutation: WireMutation;
    followers?: WireMutation[];
    code: string;
  };
  const target =
    mutation.op === "create" ? await recreate(core, writer, id, mutation, code) : mutation.record;
  const rest = mutation.op === "create" ? (followers ?? []) : [mutation, ...(followers ?? [])];
  for (const one of rest) await redo(writer, one, target);
  await writer.delete(id);
}
