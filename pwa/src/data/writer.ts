// Every write of a screen: checked, turned into edits against what the author saw, saved, shown.

import { audienceSpace } from "./audience";
import { checkSize, checkText, cleanText, cleanValue } from "./clean";
import type { Core, Looked } from "./core";
import { derivedId } from "./digest";
import { putOver } from "./edited";
import { newId } from "./ids";
import type { Upload } from "./media-shapes";
import { save, type Edit } from "./outbox";
import { placeFor } from "./places";
import { LocalProblem } from "./problems";
import type { Input } from "./shapes";
import { UndoStack, inverse, stepsOf } from "./undo";
import { inUse } from "./updates";
import type { Kind, Rev, WireRecord } from "./types.gen";
import { entriesOf, inOrder, isKind, planOf, valueOf } from "./view";

/** Pulls that may come in between a read and its save. */
const ATTEMPTS = 5;

type Step = Omit<Edit, "space" | "base">;
interface Plan {
  /** The record that the edits are about, and another whose space it follows. */
  look: string[];
  /** Undefined: nothing to do. */
  steps(found: ReadonlyMap<string, Looked>): Step[];
  seen?: Rev | undefined;
  upload?: Upload;
}

/** What a form saw of a record before its first pull has a number by now, if something of it is still there. */
function numbered(seen: Rev, base: WireRecord | undefined): Rev {
  if (seen[0] !== 0 || base === undefined) return seen;
  return [base.rev, ...Object.values(base.meta)].find(([, id]) => id === seen[1]) ?? seen;
}

export class Writer {
  readonly undo = new UndoStack();
  /** The newest mutation of this tab, by record. */
  private readonly lastOwn = new Map<string, string>();
  /** The same by record and field; that of a creation stands for each field. */
  private readonly lastOfField = new Map<string, string>();
  /** Called after each save. */
  onSaved: () => void = () => undefined;

  constructor(private readonly core: Core) {}

  /** Reads, plans, saves; once more from the start if a pull came in between. */
  private write(plan: Plan, undoable = true): Promise<void> {
    return inUse(this.core.ports.locks, () => this.writeNow(plan, undoable));
  }

  private async writeNow(plan: Plan, undoable: boolean): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { state, found } = await this.core.cache.read(["state", "base"], (tx) =>
        this.core.look(tx, plan.look),
      );
      const steps = plan.steps(found);
      if (steps.length === 0) return;
      const edits = steps.map((step) => this.edit(step, found, plan.seen));
      for (const edit of edits) checkSize(edit.value);
      const also = plan.upload === undefined ? undefined : { table: "uploads", row: plan.upload };
      // A cache that came back older than the outbox (a disk that lied at a power cut) stays so until the next pull.
      const anyway = attempt >= ATTEMPTS;
      const rows = await save(this.core.outbox, this.core.ports, state, edits, also, anyway);
      if (rows === "stale") continue;
      if (undoable) this.undo.push(inverse(edits, found), this.core.ports.clock.now());
      this.core.overlay.save(rows);
      for (const row of rows) {
        this.lastOwn.set(row.record, row.id);
        this.lastOfField.set(`${row.record} ${row.field ?? row.op}`, row.id);
      }
      if (plan.upload !== undefined) this.core.uploads.set(plan.upload.id, plan.upload);
      this.announce(edits, found);
      return;
    }
  }

  private edit(step: Step, found: ReadonlyMap<string, Looked>, seen: Rev | undefined): Edit {
    const looked = found.get(step.record);
    const space = step.op === "create" ? this.birthplace(step.value, found) : looked?.record?.space;
    if (space === undefined) throw new LocalProblem("not_found", "This is not on this device any more.");
    const base = seen === undefined ? looked?.base?.rev : numbered(seen, looked?.base);
    const follows = seen === undefined ? undefined : this.lastOwn.get(step.record);
    const form = seen === undefined ? undefined : base;
    const covers = form === undefined ? undefined : this.covering(step, looked?.base, form);
    // A record that was never pulled shows version 0.
    return { ...step, space, base: base === undefined || base[0] === 0 ? null : base, follows, covers };
  }

  /** The newest change of the field in this tab, unless the version that a form saw holds it. */
  private covering({ record, field }: Step, base: WireRecord | undefined, saw: Rev): string | undefined {
    if (field === null) return undefined;
    const own = this.lastOfField.get(`${record} ${field}`) ?? this.lastOfField.get(`${record} create`);
    const made = base?.meta[field];
    return made !== undefined && made[1] === own && made[0] <= saw[0] ? undefined : own;
  }

  /** The space of a new record. */
  private birthplace(value: unknown, found: ReadonlyMap<string, Looked>): string | undefined {
    const { kind, fields } = value as { kind: string; fields: Record<string, unknown> };
    const artifact = fields["artifact"];
    if (kind === "reply" || kind === "seen" || (kind === "feedback" && fields["audience"] === "published")) {
      return typeof artifact === "string" ? found.get(artifact)?.record?.space : undefined;
    }
    return audienceSpace(kind, fields["audience"], this.core.me.id);
  }

  private announce(edits: readonly Edit[], found: ReadonlyMap<string, Looked>): void {
    const topics = new Set<string>(["status"]);
    for (const edit of edits) {
      const kind =
        edit.op === "create" ? (edit.value as { kind: string }).kind : found.get(edit.record)?.record?.kind;
      if (kind !== undefined) topics.add(kind);
    }
    this.core.tell(
      edits.map((edit) => edit.record),
      topics,
    );
    this.onSaved();
  }

  async create<K extends Kind>(kind: K, input: Partial<Input<K>>, id?: string): Promise<string> {
    const record = id ?? newId(this.core.ports.random);
    const fields = this.initial(kind, input);
    const artifact = fields["artifact"];
    await this.write({
      look: typeof artifact === "string" ? [record, artifact] : [record],
      steps: (found) =>
        found.get(record)?.record !== undefined
          ? []
          : [{ op: "create", record, field: null, value: { kind, fields } }],
    });
    return record;
  }

  private initial(kind: Kind, input: Record<string, unknown>): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    for (const [field, given] of Object.entries(input)) {
      const merge = planOf(kind)[field];
      if (merge === undefined) throw new LocalProblem("invalid", `A ${kind} has no field ${field}.`);
      const value = cleanValue(given);
      if (merge === "text") checkText(value as string);
      fields[field] = merge === "ordered" ? this.ordered(value as ({ key: string } & object)[]) : value;
    }
    return fields;
  }

  private ordered(list: readonly ({ key: string } & object)[]): Record<string, { v: object; p: string }> {
    const placed: { key: string; p: string }[] = [];
    const entries: Record<string, { v: object; p: string }> = {};
    for (const { key, ...v } of list) {
      const p = placeFor(placed, key, undefined, this.core.ports.random);
      placed.push({ key, p });
      entries[key] = { v, p };
    }
    return entries;
  }

  /** One change of an existing record; `make` sees the record as shown and may give nothing to do. */
  private change(
    id: string,
    field: string | null,
    merges: readonly string[],
    make: (record: WireRecord) => Omit<Step, "record" | "field"> | undefined,
    seen?: Rev,
    upload?: Upload,
  ): Promise<void> {
    return this.write({
      look: [id],
      seen,
      ...(upload === undefined ? {} : { upload }),
      steps: (found) => {
        const record = found.get(id)?.record;
        if (record === undefined) throw new LocalProblem("not_found", "This is not on this device any more.");
        if (field !== null && field !== "flags") expect(record, field, merges);
        const step = make(record);
        return step === undefined ? [] : [{ ...step, record: id, field }];
      },
    });
  }

  async set(id: string, field: string, value: unknown, seen?: Rev): Promise<void> {
    const clean = cleanValue(value);
    return this.change(
      id,
      field,
      ["scalar"],
      (record) => (same(valueOf(record, field), clean) ? undefined : { op: "set", value: clean }),
      seen,
    );
  }

  async text(id: string, field: string, value: string, seen?: Rev): Promise<void> {
    const clean = cleanText(value);
    checkText(clean);
    return this.change(
      id,
      field,
      ["text"],
      (record) => (valueOf(record, field) === clean ? undefined : { op: "text", value: clean }),
      seen,
    );
  }

  async add(
    id: string,
    field: string,
    key: string,
    value: object,
    after?: string | null,
    upload?: Upload,
  ): Promise<void> {
    const v = cleanValue(value);
    return this.change(
      id,
      field,
      ["members", "ordered"],
      (record) => {
        if (mergeOf(record, field) === "members") return { op: "add", value: { key: cleanText(key), v } };
        const entries = inOrder(entriesOf(record, field));
        const own = entries.find((entry) => entry.key === key);
        const p =
          own !== undefined && after === undefined
            ? own.p
            : placeFor(entries, key, after, this.core.ports.random);
        return {
          op: "add",
          value: { key, v: field === "attachments" ? putOver(own?.v, v as object) : v, p },
        };
      },
      undefined,
      upload,
    );
  }

  remove(id: string, field: string, key: string): Promise<void> {
    return this.change(id, field, ["members", "ordered"], (record) =>
      field === "flags" || Object.hasOwn(entriesOf(record, field), key)
        ? { op: "remove", value: { key } }
        : undefined,
    );
  }

  move(id: string, field: string, key: string, after: string | null): Promise<void> {
    return this.change(id, field, ["ordered"], (record) => {
      const entries = inOrder(entriesOf(record, field));
      if (!entries.some((entry) => entry.key === key) || key === after) return undefined;
      return { op: "place", value: { key, p: placeFor(entries, key, after, this.core.ports.random) } };
    });
  }

  delete(id: string): Promise<void> {
    return this.change(id, null, [], (record) =>
      record.deleted === undefined ? { op: "delete", value: null } : undefined,
    );
  }

  restore(id: string): Promise<void> {
    return this.change(id, null, [], (record) =>
      record.deleted === undefined ? undefined : { op: "restore", value: null },
    );
  }

  async seen(artifact: string): Promise<void> {
    await this.create("seen", { artifact }, derivedId(`seen:${artifact}:${this.core.me.id}`));
  }

  /** The last action of this tab, reversed. */
  async undoLast(): Promise<string | undefined> {
    const action = this.undo.pop();
    if (action === undefined) return undefined;
    let done = false;
    const steps = (found: ReadonlyMap<string, Looked>): Step[] => {
      const record = found.get(action.record)?.record;
      const undone = stepsOf(action, record).map((step) => beforeEdit(step, record));
      done = undone.length > 0;
      return undone;
    };
    await this.write({ look: [action.record], steps }, false);
    return done ? action.key : undefined;
  }
}

/** Undoing an edit of a file brings back its original. */
function beforeEdit(step: Step, record: WireRecord | undefined): Step {
  if (step.op !== "add" || step.field !== "attachments" || record === undefined) return step;
  const value = step.value as { key: string; v: object };
  return {
    ...step,
    value: { ...value, v: putOver(entriesOf(record, "attachments")[value.key]?.v, value.v) },
  };
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function mergeOf(record: WireRecord, field: string): string | undefined {
  return isKind(record.kind) ? planOf(record.kind)[field] : undefined;
}

function expect(record: WireRecord, field: string, merges: readonly string[]): void {
  const merge = mergeOf(record, field);
  if (merge === undefined || !merges.includes(merge)) {
    throw new LocalProblem("invalid", `${field} of a ${record.kind} can't be changed like this.`);
  }
}
