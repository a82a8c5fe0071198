// A page of a pull into the base: rows, cursors and what is confirmed, in one transaction of the cache database.

import { baseState } from "../core";
import type { BaseRow, BaseState, SpaceDigest, Vector } from "../databases";
import { vectorHash } from "../digest";
import type { Storage, Tx } from "../ports/ports";
import { msOf } from "../ports/time";
import { baseRow, filesOf, wordsRow } from "../rows";
import type { GoneRow, WireRecord } from "../types.gen";
import type { PullAnswer } from "./wire";

const TABLES = ["state", "base", "words", "aside"];
const MENDED_AGAIN_AFTER_MS = 24 * 3600 * 1000;

export interface Applied {
  ids: Set<string>;
  kinds: Set<string>;
  /** Files of records that left this device, and of records that came (or moved) here. */
  files: Set<string>;
  shown: Set<string>;
  /** Spaces whose digest differed and that are fetched anew. */
  mended: string[];
}

function xor(a: string, b: string): string {
  return (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(16).padStart(16, "0");
}

const NOTHING: SpaceDigest = { count: 0, xor: "0".repeat(16) };

/** Writes rows of the base with their words, and keeps the digest of each space. */
class Page {
  readonly ids = new Set<string>();
  readonly kinds = new Set<string>();
  readonly files = new Set<string>();
  readonly shown = new Set<string>();
  constructor(
    private readonly tx: Tx,
    private readonly state: BaseState,
  ) {}

  private count(space: string, print: string, step: 1 | -1): void {
    const old = this.state.digests[space] ?? NOTHING;
    this.state.digests[space] = { count: old.count + step, xor: xor(old.xor, print) };
  }

  private touch(row: BaseRow): void {
    this.ids.add(row.id);
    this.kinds.add(row.kind);
  }

  async put(rows: readonly BaseRow[]): Promise<void> {
    const olds = await this.tx.many<BaseRow>(
      "base",
      rows.map((row) => row.id),
    );
    for (const old of olds) {
      if (old === undefined) continue;
      this.count(old.space, old.print, -1);
      // What a newer version does not show any more, such as the original of an edit, does not stay here.
      for (const file of filesOf(old.body)) this.files.add(file);
    }
    for (const row of rows) {
      this.count(row.space, row.print, 1);
      this.touch(row);
      for (const file of filesOf(row.body)) this.shown.add(file);
    }
    await this.tx.putAll("base", [...rows]);
    const words = rows.map((row) => wordsRow(row.body)).filter((row) => row !== undefined);
    await this.tx.putAll("words", words);
  }

  async drop(rows: readonly BaseRow[]): Promise<void> {
    for (const row of rows) {
      this.count(row.space, row.print, -1);
      this.touch(row);
      for (const file of filesOf(row.body)) this.files.add(file);
    }
    const ids = rows.map((row) => row.id);
    await this.tx.deleteAll("base", ids);
    await this.tx.deleteAll("words", ids);
  }

  async dropSpace(space: string): Promise<void> {
    await this.drop(await this.inSpace("base", space));
    await this.tx.deleteAll("aside", await this.tx.keys("aside", { index: "space", from: space, to: space }));
    delete this.state.digests[space];
  }

  inSpace(table: string, space: string): Promise<BaseRow[]> {
    return this.tx.range<BaseRow>(table, { index: "space", from: space, to: space });
  }
}

function isGone(change: WireRecord | GoneRow): change is GoneRow {
  return "gone" in change;
}

async function takeChanges(tx: Tx, page: Page, state: BaseState, changes: readonly (WireRecord | GoneRow)[]) {
  const gone = changes.filter(isGone);
  // A record that came back is in the same page with its body, which is the newer word.
  const bodies = changes.filter((change): change is WireRecord => !isGone(change));
  for (const table of ["base", "aside"]) {
    const ids = gone.map((row) => row.id);
    const rows = (await tx.many<BaseRow>(table, ids)).filter(
      (row, index) => row?.space === gone[index]?.space,
    );
    const held = rows.filter((row) => row !== undefined);
    if (table === "base") await page.drop(held);
    else {
      await tx.deleteAll(
        "aside",
        held.map((row) => row.id),
      );
    }
  }
  const rows = bodies.map(baseRow);
  const building = new Set(state.replacing);
  await page.put(rows.filter((row) => !building.has(row.space)));
  await tx.putAll(
    "aside",
    rows.filter((row) => building.has(row.space)),
  );
}

/** A space built aside is whole: it takes the place of what was there. */
async function swap(tx: Tx, page: Page, state: BaseState): Promise<void> {
  const whole = state.replacing.filter((space) => state.vector[space]?.[2] === 0);
  for (const space of whole) {
    const rows = await page.inSpace("aside", space);
    const kept = new Set(rows.map((row) => row.id));
    await page.drop((await page.inSpace("base", space)).filter((row) => !kept.has(row.id)));
    await page.put(rows);
    await tx.deleteAll("aside", [...kept]);
  }
  state.replacing = state.replacing.filter((space) => !whole.includes(space));
}

function wrongDigests(state: BaseState, answer: PullAnswer): string[] {
  return Object.entries(answer.digest)
    .filter(([space, expected]) => {
      const { count, xor } = state.digests[space] ?? NOTHING;
      return state.vector[space]?.[2] === 0 && expected !== `${count}:${xor}`;
    })
    .map(([space]) => space);
}

/** Forgets the cursor of a space so that it comes whole, and builds it aside. */
function replaceSpace(state: BaseState, space: string): void {
  if (!state.replacing.includes(space)) state.replacing.push(space);
}

function mend(state: BaseState, answer: PullAnswer): string[] {
  const due = wrongDigests(state, answer).filter((space) => {
    const last = state.mended[space];
    return last === undefined || msOf(answer.now) - msOf(last) >= MENDED_AGAIN_AFTER_MS;
  });
  for (const space of due) {
    state.mended[space] = answer.now;
    state.mismatch.push(space);
    replaceSpace(state, space);
    // The cursor is a new object in every page, so that the caller's copy stays what was asked for.
    state.vector = without(state.vector, space);
  }
  return due;
}

function without(vector: Vector, space: string): Vector {
  return Object.fromEntries(Object.entries(vector).filter(([name]) => name !== space));
}

/**
 * Applies an answer if the base is still where it was when it was asked for ("stale" otherwise).
 * `confirmed`: the outbox rows that it is now known to hold; undefined when that is not certain. Those leave the
 * outbox next, so this page must be on the disk by then: after a power cut the base would lack what nobody replays.
 * The same goes for records by `me`, which may have left this device and come back.
 */
export async function applyPage(
  cache: Storage,
  asked: Pick<BaseState, "client" | "vector" | "confirmed" | "complete">,
  answer: PullAnswer,
  confirmed: number | undefined,
  me?: string,
): Promise<Applied | "stale"> {
  const apply = async (tx: Tx): Promise<Applied | "stale"> => {
    const state = await baseState(tx);
    if (state.client !== asked.client || vectorHash(state.vector) !== vectorHash(asked.vector))
      return "stale";
    const page = new Page(tx, state);
    state.mismatch = [];
    for (const space of answer.forget) {
      await page.dropSpace(space);
      state.vector = without(state.vector, space);
      state.replacing = state.replacing.filter((other) => other !== space);
    }
    for (const space of answer.replace) {
      await tx.deleteAll("aside", await tx.keys("aside", { index: "space", from: space, to: space }));
      replaceSpace(state, space);
    }
    await takeChanges(tx, page, state, answer.changes);
    const moved = new Set(
      Object.entries(answer.spaces)
        .filter(([space, [seq, chain, floor]]) => {
          const held = state.vector[space];
          return held?.[0] !== seq || held[1] !== chain || held[2] !== floor;
        })
        .map(([space]) => space),
    );
    state.agreed = state.agreed.filter((space) => !moved.has(space));
    state.vector = { ...state.vector, ...answer.spaces };
    await swap(tx, page, state);
    const mended = answer.more ? [] : await finish(page, state, answer, confirmed);
    state.now = answer.now;
    await tx.put("state", state);
    return { ids: page.ids, kinds: page.kinds, files: page.files, shown: page.shown, mended };
  };
  const own = answer.changes.some((change) => !isGone(change) && change.by === me);
  const strict = own || (confirmed !== undefined && (confirmed > asked.confirmed || !asked.complete));
  return cache.write(TABLES, apply, strict);
}

/** Which whole spaces are as the school has them: compared now, or earlier and not moved since. */
function agree(state: BaseState, answer: PullAnswer): void {
  const wrong = new Set(wrongDigests(state, answer));
  const before = new Set(state.agreed);
  state.agreed = Object.entries(state.vector)
    .filter(([space, [, , floor]]) => floor === 0 && !state.replacing.includes(space) && !wrong.has(space))
    .map(([space]) => space)
    .filter((space) => space in answer.digest || before.has(space));
}

/** After the last page: everything is here. */
async function finish(
  page: Page,
  state: BaseState,
  answer: PullAnswer,
  confirmed: number | undefined,
): Promise<string[]> {
  if (state.sweep) {
    for (const space of Object.keys(state.digests)) if (!(space in state.vector)) await page.dropSpace(space);
    state.replacing = state.replacing.filter((space) => space in state.vector);
    state.sweep = false;
  }
  state.complete = true;
  agree(state, answer);
  if (confirmed !== undefined) state.confirmed = Math.max(state.confirmed, confirmed);
  return mend(state, answer);
}
