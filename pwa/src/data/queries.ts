// Reading for screens: one record, or a list by pages. Base rows come by index; records of the outbox are replayed.

import type { Core, Looked } from "./core";
import { baseState } from "./core";
import type { BaseRow, BaseState, OutboxRow, WordsRow } from "./databases";
import { isSafe, leastSafe, partsOf, type Around, type Part } from "./custody";
import { matches, tokens } from "./fold";
import { live, touches } from "./hub";
import { HIGHEST } from "./ports/keys";
import type { Range, Tx } from "./ports/ports";
import { aboutOf, shelfOf, tagKey, tagsOf, wordsOf } from "./rows";
import type { Live, Page, Query, View } from "./shapes";
import type { Kind, WireRecord } from "./types.gen";
import { toView } from "./view";

export const PAGE = 50;
const SCAN = 500;
const TABLES = ["state", "base", "words"];

/** A record as shown, with its rows. */
export interface Shown {
  record: WireRecord;
  rows: OutboxRow[];
}

export interface Listed {
  rows: Shown[];
  more: boolean;
}

function newestFirst(a: Shown, b: Shown): number {
  const [left, right] = [a.record, b.record];
  if (left.created !== right.created) return left.created < right.created ? 1 : -1;
  return left.id < right.id ? 1 : left.id > right.id ? -1 : 0;
}

/** The narrowest index for a query; `sorted` when it gives the newest first and can stop at the limit. */
function rangeFor(kind: Kind, query: Query): { range: Range; sorted: boolean } {
  const shelf = query.deleted === true ? "trash" : "live";
  if (query.about !== undefined) {
    return {
      range: { index: "[kind+about]", from: [kind, query.about], to: [kind, query.about] },
      sorted: false,
    };
  }
  if (query.tag !== undefined) {
    const range = {
      index: "*tags",
      from: tagKey(kind, shelf, query.tag, ""),
      to: tagKey(kind, shelf, query.tag, HIGHEST),
    };
    return { range: { ...range, down: true }, sorted: true };
  }
  const [index, prefix] =
    query.space !== undefined
      ? ["[kind+shelf+space+created]", [kind, shelf, query.space]]
      : query.by !== undefined
        ? ["[kind+shelf+by+created]", [kind, shelf, query.by]]
        : ["[kind+shelf+created]", [kind, shelf]];
  return { range: { index, from: [...prefix, ""], to: [...prefix, HIGHEST], down: true }, sorted: true };
}

function fits(kind: Kind, query: Query, words: readonly string[], record: WireRecord): boolean {
  return (
    record.kind === kind &&
    shelfOf(record) === (query.deleted === true ? "trash" : "live") &&
    (query.space === undefined || record.space === query.space) &&
    (query.by === undefined || record.by === query.by) &&
    (query.about === undefined || aboutOf(record) === query.about) &&
    (query.tag === undefined || tagsOf(record).includes(query.tag)) &&
    (words.length === 0 || matches(wordsOf(record) ?? "", words))
  );
}

export class Queries {
  constructor(readonly core: Core) {}

  /** Rows of the base that fit and are not in the outbox, newest first, at least `want` if there are as many. */
  private async fromBase(
    tx: Tx,
    kind: Kind,
    query: Query,
    words: readonly string[],
    want: number,
    own: ReadonlySet<string>,
  ): Promise<Shown[]> {
    if (words.length > 0) return this.byWords(tx, kind, query, words, want, own);
    const { range, sorted } = rangeFor(kind, query);
    const asked = [query.space, query.by, query.tag].filter((one) => one !== undefined);
    const simple = sorted && asked.length < 2;
    const limit = simple ? { limit: want + own.size } : {};
    const rows = await tx.range<BaseRow>("base", { ...range, ...limit });
    return rows
      .filter((row) => !own.has(row.id) && fits(kind, query, words, row.body))
      .map((row) => ({ record: row.body, rows: [] }));
  }

  private async byWords(
    tx: Tx,
    kind: Kind,
    query: Query,
    words: readonly string[],
    want: number,
    own: ReadonlySet<string>,
  ): Promise<Shown[]> {
    const shelf = query.deleted === true ? "trash" : "live";
    const hits: Shown[] = [];
    let to = [kind, shelf, HIGHEST];
    for (;;) {
      const index = "[kind+shelf+created]";
      const scan = await tx.range<WordsRow>("words", {
        index,
        from: [kind, shelf, ""],
        to,
        down: true,
        limit: SCAN,
      });
      const ids = scan.filter((row) => !own.has(row.id) && matches(row.text, words)).map((row) => row.id);
      for (const row of await tx.many<BaseRow>("base", ids)) {
        if (row !== undefined && fits(kind, query, words, row.body))
          hits.push({ record: row.body, rows: [] });
      }
      const last = scan.at(-1);
      if (last === undefined || scan.length < SCAN || hits.length >= want) return unique(hits);
      to = [kind, shelf, last.created];
      // A whole scan of one instant could not move on: step below it.
      if (scan[0]?.created === last.created) to = [kind, shelf, before(last.created)];
    }
  }

  async select(tx: Tx, kind: Kind, query: Query): Promise<Listed> {
    const state = await baseState(tx);
    const limit = query.limit ?? PAGE;
    const words = tokens(query.text ?? "");
    const own = await this.fromOutbox(tx, state);
    const ids = new Set(own.map(({ record }) => record.id));
    const base = await this.fromBase(tx, kind, query, words, limit + 1, ids);
    const waiting = own.filter(({ record }) => fits(kind, query, words, record));
    const rows = [...base, ...waiting].sort(newestFirst);
    return { rows: rows.slice(0, limit), more: rows.length > limit };
  }

  private async fromOutbox(tx: Tx, state: BaseState): Promise<Shown[]> {
    const ids = this.core.overlay.records();
    const bases = await tx.many<BaseRow>("base", ids);
    const shown: Shown[] = [];
    for (const [index, id] of ids.entries()) {
      const { record, rows } = this.core.looked(id, bases[index]?.body, state);
      if (record !== undefined) shown.push({ record, rows });
    }
    return shown;
  }

  /** What custody of these records needs to know. */
  async aroundOf(tx: Tx, shown: readonly Shown[]): Promise<Map<string, Around>> {
    // All at once: waiting for fifty answers one after the other is what takes the time.
    const [refusals, ...seen] = await Promise.all([
      this.refusals(tx),
      ...shown.map(({ record }) => this.isSeen(tx, record)),
    ]);
    const around = new Map<string, Around>();
    for (const [index, { record, rows }] of shown.entries()) {
      around.set(record.id, {
        waiting: rows.length,
        sent: rows.every((row) => row.sent),
        refused: refusals.get(record.id),
        seen: seen[index] === true,
        uploads: this.core.uploads,
        person: this.core.me.id,
      });
    }
    return around;
  }

  /** Only of one's own work: whether somebody else looked at it. */
  private async isSeen(tx: Tx, { kind, by, id }: WireRecord): Promise<boolean> {
    if (kind !== "artifact" || by !== this.core.me.id) return false;
    const range = { index: "[kind+about]", from: ["seen", id], to: ["seen", id] };
    const marks = await tx.range<BaseRow>("base", range);
    return marks.some((mark) => mark.by !== this.core.me.id && mark.shelf === "live");
  }

  /** Sentence of the newest refusal, by record. */
  private async refusals(tx: Tx): Promise<Map<string, string>> {
    const range = {
      index: "[kind+shelf+created]",
      from: ["not_accepted", "live", ""],
      to: ["not_accepted", "live", HIGHEST],
    };
    const refusals = new Map<string, string>();
    for (const { id, body } of await tx.range<BaseRow>("base", range)) {
      const { record, sentence } = body.fields as { record?: string; sentence?: string };
      const gone = this.core.overlay.of(id, 0).some((row) => row.op === "delete");
      if (record !== undefined && !gone) refusals.set(record, sentence ?? "");
    }
    return refusals;
  }

  async views<K extends Kind>(tx: Tx, kind: K, shown: readonly Shown[]): Promise<View<K>[]> {
    const around = await this.aroundOf(tx, shown);
    return shown.map(({ record, rows }) => {
      const parts = partsOf(record, around.get(record.id) as Around);
      return toView(kind, record, rows.length, leastSafe(parts.map((part) => part.custody)));
    });
  }

  /** Parts of a record that are not safe yet. */
  unsafe(record: WireRecord, around: Around): Part[] {
    return partsOf(record, around).filter((part) => !isSafe(part.custody));
  }

  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.core.cache.read(TABLES, work);
  }

  async find<K extends Kind>(kind: K, id: string): Promise<View<K> | undefined> {
    return this.read(async (tx) => {
      const { found } = await this.core.look(tx, [id]);
      const { record, rows } = found.get(id) as Looked;
      if (record?.kind !== kind) return undefined;
      return (await this.views(tx, kind, [{ record, rows }]))[0];
    });
  }

  one<K extends Kind>(kind: K, id: string): Live<View<K> | undefined> {
    return live(
      this.core.hub,
      () => this.find(kind, id),
      (change) =>
        change.ids === undefined ||
        change.ids.has(id) ||
        touches(change, ["seen", "not_accepted", "uploads"]),
    );
  }

  async all<K extends Kind>(kind: K, query: Query): Promise<Page<View<K>>> {
    return this.read(async (tx) => {
      const { rows, more } = await this.select(tx, kind, query);
      return { rows: await this.views(tx, kind, rows), more };
    });
  }

  list<K extends Kind>(kind: K, query: Query = {}): Live<Page<View<K>>> {
    return live(
      this.core.hub,
      () => this.all(kind, query),
      (change) => touches(change, [kind, "seen", "not_accepted", "uploads"]),
    );
  }
}

function unique(shown: Shown[]): Shown[] {
  return [...new Map(shown.map((row) => [row.record.id, row])).values()];
}

function before(time: string): string {
  const last = time.charCodeAt(time.length - 1);
  return time.slice(0, -1) + String.fromCharCode(last - 1) + HIGHEST;
}
