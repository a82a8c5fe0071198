// Conflicts in plain words: one value is shown, the other is set aside in the record until somebody decides.

import type { Core } from "./core";
import { wordsOver } from "./edited";
import { LocalProblem } from "./problems";
import type { Writer } from "./writer";
import type { WireRecord } from "./types.gen";
import { entriesOf, isKind, planOf, valueOf } from "./view";

function joined(shown: string, other: string): string {
  // The merge kept both whole where it could not tell; then there is nothing to add.
  return shown.includes(other) ? shown : `${shown}\n\n${other}`;
}

/** Takes the value set aside, in the way its field is written. */
async function take(
  writer: Writer,
  record: WireRecord,
  field: string,
  merge: string,
  value: unknown,
): Promise<void> {
  const { id } = record;
  if (field === "deleted") return;
  if (merge === "text") return writer.text(id, field, String(value));
  if (merge === "scalar") return writer.set(id, field, value);
  const { key, v } = value as { key: string; v: object };
  const shown = entriesOf(record, field)[key]?.v;
  return writer.add(id, field, key, field === "attachments" ? wordsOver(shown, v) : v);
}

export async function resolve(
  core: Core,
  writer: Writer,
  id: string,
  conflict: string,
  keep: "theirs" | "mine" | "both",
): Promise<void> {
  const { record } = await core.lookAt(id);
  const flag = record?.flags?.[conflict];
  if (record === undefined || flag === undefined || !isKind(record.kind)) {
    throw new LocalProblem("not_found", "This was decided already.");
  }
  writer.undo.cut();
  const merge = planOf(record.kind)[flag.field] ?? "scalar";
  if (keep === "both" && merge === "text") {
    await writer.text(id, flag.field, joined(String(valueOf(record, flag.field)), String(flag.value)));
  } else if (keep === "theirs") {
    await take(writer, record, flag.field, merge, flag.value);
  }
  await writer.remove(id, "flags", conflict);
}
