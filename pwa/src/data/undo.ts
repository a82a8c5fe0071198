// The inverse of each action of this tab, in memory: undo is a new change, so nothing is ever lost by it.

import type { Looked } from "./core";
import type { Edit } from "./outbox";
import type { WireRecord } from "./types.gen";
import { entriesOf, valueOf } from "./view";

type Step = Omit<Edit, "space" | "base">;

export interface Inverse {
  /** What was done, such as "delete.artifact" or "text.artifact.words". */
  key: string;
  record: string;
  steps: Step[];
  /** The text that the action left. When another stands there now, going back would take away somebody's words. */
  left?: unknown;
}

const DEPTH = 50;
const ONE_STRETCH_MS = 30_000;

export class UndoStack {
  private readonly actions: Inverse[] = [];
  private at = -Infinity;

  push(action: Inverse | undefined, at: number): void {
    if (action === undefined) return;
    const last = this.actions.at(-1);
    const typesOn =
      last?.key === action.key && last.record === action.record && action.key.startsWith("text.");
    const soon = at - this.at < ONE_STRETCH_MS;
    this.at = at;
    // Typing on in one text is one action: going back restores what was there before it.
    if (typesOn && soon) {
      last.left = action.left;
      return;
    }
    this.actions.push(action);
    if (this.actions.length > DEPTH) this.actions.shift();
  }

  /** What follows is an action of its own. */
  cut(): void {
    this.at = -Infinity;
  }

  pop(): Inverse | undefined {
    return this.actions.pop();
  }
}

export function inverse(edits: readonly Edit[], found: ReadonlyMap<string, Looked>): Inverse | undefined {
  const [edit] = edits;
  if (edit === undefined || edit.field === "flags") return undefined;
  const before = found.get(edit.record);
  if (before?.record === undefined) {
    const kind = (edit.value as { kind: string }).kind;
    if (kind === "seen" || kind === "settings") return undefined;
    return {
      key: `create.${kind}`,
      record: edit.record,
      steps: [{ ...bare(edit), op: "delete", value: null }],
    };
  }
  const record = before.record;
  const step = reversed(edit, record);
  if (step === undefined) return undefined;
  const key = [edit.op, record.kind, ...(edit.field === null ? [] : [edit.field])].join(".");
  return { key, record: edit.record, steps: [step], ...(edit.op === "text" ? { left: edit.value } : {}) };
}

/** What reverses an action as the record stands now: nothing once its text went on elsewhere. */
export function stepsOf({ steps, left }: Inverse, record: WireRecord | undefined): Step[] {
  const field = steps[0]?.field ?? "";
  const wentOn = left !== undefined && record !== undefined && valueOf(record, field) !== left;
  return wentOn ? [] : steps;
}

function bare(edit: Edit): Step {
  const { op, record, field, value } = edit;
  return { op, record, field, value };
}

function reversed(edit: Edit, before: WireRecord): Step | undefined {
  const field = edit.field ?? "";
  const step = bare(edit);
  if (edit.op === "delete") return { ...step, op: "restore" };
  if (edit.op === "restore") return { ...step, op: "delete" };
  if (edit.op === "set") return { ...step, value: valueOf(before, field) ?? null };
  if (edit.op === "text") return { ...step, value: valueOf(before, field) ?? "" };
  const { key } = edit.value as { key: string };
  const entry = entriesOf(before, field)[key];
  if (entry === undefined) return edit.op === "add" ? { ...step, op: "remove", value: { key } } : undefined;
  const place = entry.p === undefined ? {} : { p: entry.p };
  if (edit.op === "place") return { ...step, value: { key, ...place } };
  return { ...step, op: "add", value: { key, v: entry.v, ...place } };
}
