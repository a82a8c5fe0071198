// One signed-in person on this device: the parts of the engine behind one door.

import { atSchool } from "./at-school";
import type { Core } from "./core";
import { baseState } from "./core";
import { draft, drafts, hold } from "./drafts";
import { derivedId } from "./digest";
import type { Frameworks } from "./frameworks";
import { live, touches } from "./hub";
import { newId } from "./ids";
import type { Inbox } from "./inbox";
import { MediaCache } from "./media-cache";
import type { MediaWork } from "./media-shapes";
import { countNotSafe, notSafe } from "./not-safe";
import { classes, people } from "./people";
import type { MediaStore } from "./ports/ports";
import { LocalProblem } from "./problems";
import { Queries } from "./queries";
import type { Suggestions } from "./suggestions";
import { Engine } from "./sync/engine";
import { ensureBase } from "./sync/identity";
import { copyOfUnsent } from "./unsent";
import { Writer } from "./writer";
import type {
  AtSchool,
  AttachMeta,
  FieldName,
  Fields,
  InboxRow,
  Input,
  Kind,
  Live,
  Local,
  Me,
  MediaSize,
  NotSafeItem,
  Page,
  Query,
  Rev,
  SyncStatus,
  View,
} from "./shapes";
import { EMPTY } from "./types.gen";

const KEPT_AGAIN_MS = 60_000;

export class LocalPerson implements Local {
  readonly engine: Engine;
  readonly status: Live<SyncStatus>;
  private readonly queries: Queries;
  private readonly writer: Writer;
  private lexicon: Promise<{ frameworks: Frameworks; suggestions: Suggestions }> | undefined;
  private mail: Promise<Inbox> | undefined;
  private readonly files: MediaCache;
  private readonly settingsId: string;
  private counting = false;
  private recount = false;
  /** Every framework is on this device. */
  private kept = false;
  private asked = false;

  constructor(
    private readonly core: Core,
    private readonly store: MediaStore,
    private readonly media: MediaWork,
  ) {
    this.queries = new Queries(core);
    this.writer = new Writer(core);
    this.files = new MediaCache(core, store);
    this.settingsId = derivedId(`settings:${core.me.id}`);
    const queue = media.queue(core, store);
    this.engine = new Engine(core, {
      run: (signal) => queue.run(signal),
      drop: (files) => this.files.drop(files),
    });
    this.status = this.engine.status;
    this.writer.onSaved = () => this.afterSave();
    core.hub.on((change) => {
      if (touches(change, ["framework"])) this.kept = false;
      if (touches(change, ["status", "uploads", "not_accepted"])) void this.count();
    });
  }

  get me(): Me {
    return this.core.me;
  }

  async start(evicted = false): Promise<void> {
    await this.core.load();
    if (evicted) this.engine.tell({ evicted });
    // After a crash while this device became a new client, the old base's count would hide what waits.
    const state = await ensureBase(this.core.stores);
    this.engine.tell({ complete: state.complete, lastSync: state.now });
    await this.count();
    this.engine.start();
  }

  /** Frameworks and words used before: loaded when they are first needed. */
  private words(): NonNullable<typeof this.lexicon> {
    return (this.lexicon ??= import("./lexicon").then(({ lexicon }) => lexicon(this.core, this.queries)));
  }

  private afterSave(): void {
    this.engine.saved();
    // The moment at which there is something to lose.
    if (!this.asked) void this.core.ports.around.persist().catch(() => false);
    this.asked = true;
  }

  /** How much waits; after each change, one at a time. A change meanwhile is counted after it: none may be missed. */
  private async count(): Promise<void> {
    this.recount = true;
    if (this.counting) return;
    this.counting = true;
    try {
      while (this.recount && !this.core.closed) {
        this.recount = false;
        await this.countNow();
      }
    } catch (error) {
      if (!(error instanceof LocalProblem)) throw error;
    } finally {
      this.counting = false;
    }
  }

  private async countNow(): Promise<void> {
    const state = await this.core.cache.read(["state"], baseState);
    const waiting = this.core.overlay.all(state.confirmed).length;
    const unsafe = await countNotSafe(this.queries, this.engine.status.value);
    const { value } = this.engine.status;
    if (value.waiting !== waiting || value.notSafe !== unsafe) {
      this.engine.tell({ waiting, notSafe: unsafe });
    }
    // One tab is enough: they lie where the others find them.
    if (state.complete && this.engine.leads) void this.keepFrameworks();
  }

  private async keepFrameworks(): Promise<void> {
    if (this.kept) return;
    this.kept = true;
    try {
      await (await this.words()).frameworks.keep();
    } catch (error) {
      if (error instanceof LocalProblem && !this.core.closed)
        this.engine.tell({ problem: { slug: error.slug, sentence: error.sentence } });
      // At the next chance, but not with every change of a bad minute.
      this.core.ports.clock.after(KEPT_AGAIN_MS, () => (this.kept = false));
    }
  }

  one<K extends Kind>(kind: K, id: string): Live<View<K> | undefined> {
    return this.queries.one(kind, id);
  }

  list<K extends Kind>(kind: K, query?: Query): Live<Page<View<K>>> {
    return this.queries.list(kind, query);
  }

  create<K extends Kind>(kind: K, fields: Partial<Input<K>>, options?: { id?: string }): Promise<string> {
    return this.writer.create(kind, fields, options?.id);
  }

  set(id: string, field: string, value: unknown, seen?: Rev): Promise<void> {
    return this.writer.set(id, field, value, seen);
  }

  text(id: string, field: string, value: string, seen?: Rev): Promise<void> {
    return this.writer.text(id, field, value, seen);
  }

  add(id: string, field: string, key: string, value: object, after?: string | null): Promise<void> {
    return this.writer.add(id, field, key, value, after);
  }

  remove(id: string, field: string, key: string): Promise<void> {
    return this.writer.remove(id, field, key);
  }

  move(id: string, field: string, key: string, after: string | null): Promise<void> {
    return this.writer.move(id, field, key, after);
  }

  delete(id: string): Promise<void> {
    return this.writer.delete(id);
  }

  restore(id: string): Promise<void> {
    return this.writer.restore(id);
  }

  seen(artifact: string): Promise<void> {
    return this.writer.seen(artifact);
  }

  settings(): Live<Fields<"settings">> {
    return live(
      this.core.hub,
      async () => {
        const found = await this.queries.find("settings", this.settingsId);
        return found?.fields ?? (EMPTY.settings as Fields<"settings">);
      },
      (change) => touches(change, ["settings"]),
    );
  }

  async setting<F extends FieldName<"settings">>(field: F, value: Fields<"settings">[F]): Promise<void> {
    const known = await this.queries.find("settings", this.settingsId);
    if (known === undefined) {
      await this.writer.create("settings", { [field]: value }, this.settingsId);
    } else await this.writer.set(this.settingsId, field, value);
  }

  undo(): Promise<string | undefined> {
    return this.writer.undoLast();
  }

  async resolve(id: string, conflict: string, keep: "theirs" | "mine" | "both"): Promise<void> {
    const { resolve } = await import("./rare");
    return resolve(this.core, this.writer, id, conflict, keep);
  }

  async attach(artifact: string, file: Blob, meta: AttachMeta): Promise<string> {
    const upload = newId(this.core.ports.random);
    const row = { ...(await this.media.prepare(file, { ...meta, upload }, this.core, this.store)), artifact };
    const { kind: type, sha256, size, mime, name, width, height, thumbhash } = row;
    const caption = meta.caption ?? "";
    const value = { type, upload, sha256, size, mime, name, caption, width, height, thumbhash };
    const key = newId(this.core.ports.random);
    try {
      await this.writer.add(artifact, "attachments", key, value, undefined, row);
    } catch (error) {
      // Bytes that no attachment names would take the room of the words that are saved next.
      if (await this.isUnknown(upload)) await this.files.discard(upload);
      throw error;
    }
    return key;
  }

  /** Surely not in the queue: what failed may have failed after the save. */
  private async isUnknown(upload: string): Promise<boolean> {
    const stored = this.core.outbox.read(["uploads"], (tx) => tx.get("uploads", upload));
    return stored.then(
      (row) => row === undefined,
      () => false,
    );
  }

  mediaUrl(upload: string, size: MediaSize): Promise<string | undefined> {
    return this.files.url(upload, size);
  }

  atSchool(): Live<AtSchool> {
    return atSchool(this.queries);
  }

  notSafe(): Live<NotSafeItem[]> {
    return notSafe(this.queries, () => this.engine.status.value);
  }

  notAccepted(): Live<View<"not_accepted">[]> {
    return live(
      this.core.hub,
      async () => (await this.queries.all("not_accepted", { limit: 1000 })).rows,
      (change) => touches(change, ["not_accepted"]),
    );
  }

  async retry(notAccepted: string): Promise<void> {
    const { retry } = await import("./rare");
    return retry(this.core, this.writer, notAccepted);
  }

  dismiss(notAccepted: string): Promise<void> {
    return this.writer.delete(notAccepted);
  }

  inbox(limit?: number): Live<InboxRow[]> {
    this.mail ??= import("./inbox").then(({ Inbox }) => new Inbox(this.queries));
    return live(
      this.core.hub,
      async () => (await this.mail)?.read(limit) ?? [],
      (change) => touches(change, ["artifact", "feedback", "reply", "seen", "person"]),
    );
  }

  people(): ReturnType<Local["people"]> {
    return people(this.queries);
  }

  classes(): ReturnType<Local["classes"]> {
    return classes(this.queries);
  }

  async standards(query: string, framework?: string): ReturnType<Local["standards"]> {
    return (await this.words()).frameworks.search(query, framework);
  }

  async standard(id: string): ReturnType<Local["standard"]> {
    return (await this.words()).frameworks.find(id);
  }

  async suggestions(kind: "tags" | "interests", query: string): Promise<string[]> {
    return (await this.words()).suggestions.of(kind, query);
  }

  pack(showcase: string): ReturnType<Local["pack"]> {
    return this.files.pack(this.queries, showcase);
  }

  draft<T>(key: string): ReturnType<typeof draft<T>> {
    return draft<T>(this.core, key);
  }

  drafts(): ReturnType<Local["drafts"]> {
    return drafts(this.core);
  }

  hold(_reason: string): () => void {
    return hold(this.core);
  }

  copyOfUnsent(): Promise<string> {
    return copyOfUnsent(this.core);
  }

  async sync(): Promise<void> {
    if (this.engine.leads) await this.engine.sync();
    else this.engine.wanted();
  }

  async close(): Promise<void> {
    await this.engine.close();
    this.files.close();
    this.core.close();
  }
}
