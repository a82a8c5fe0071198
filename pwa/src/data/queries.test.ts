import { describe, expect, it } from "vitest";
import { baseState, type Core } from "./core";
import { Queries } from "./queries";
import { resolve } from "./resolve";
import { applyPage } from "./sync/apply";
import { Device, body, idOf, page, settled } from "./testing";
import type { Live, Page, View } from "./shapes";
import type { WireRecord } from "./types.gen";
import { Writer } from "./writer";

const MINE = `p:${idOf("ana")}`;

function work(number: number, fields: Record<string, unknown> = {}): WireRecord {
  const made = body(`work ${number}`, MINE, number, { title: `Work ${number}`, ...fields });
  return {
    ...made,
    created: `2026-10-01T00:00:${String(number % 60).padStart(2, "0")}.${String(number).padStart(3, "0")}Z`,
  };
}

async function holding(...records: WireRecord[]): Promise<{ core: Core; queries: Queries; writer: Writer }> {
  const core = await new Device().open();
  const asked = await core.cache.read(["state"], baseState);
  await applyPage(
    core.cache,
    asked,
    page({ spaces: { [MINE]: [999, "a", 0] }, changes: records }),
    undefined,
  );
  return { core, queries: new Queries(core), writer: new Writer(core) };
}

function titles(found: Page<View<"artifact">>): string[] {
  return found.rows.map((row) => row.fields.title);
}

/** Everything that a live query says from now on. */
function heard<T>(live: Live<T>): { values: T[]; stop: () => void } {
  const values: T[] = [];
  return { values, stop: live.subscribe((value) => values.push(value)) };
}

describe("a list", () => {
  it("shows fifty, the newest first, and says that there is more", async () => {
    const { queries } = await holding(...Array.from({ length: 120 }, (_, index) => work(index)));
    const found = await queries.all("artifact", {});
    expect([found.rows.length, found.more]).toEqual([50, true]);
    const created = found.rows.map((row) => row.created);
    expect(created).toEqual([...created].sort().reverse());
    expect((await queries.all("artifact", { limit: 120 })).more).toBe(false);
  });

  it("puts what was just saved among the rest, and takes out what was deleted", async () => {
    const { queries, writer } = await holding(work(1), work(2), work(3));
    await writer.create("artifact", { title: "Fresh" });
    await writer.delete(work(2).id);
    expect(titles(await queries.all("artifact", {}))).toEqual(["Fresh", "Work 3", "Work 1"]);
    expect(titles(await queries.all("artifact", { deleted: true }))).toEqual(["Work 2"]);
    expect(titles(await queries.all("artifact", { limit: 2 }))).toEqual(["Fresh", "Work 3"]);
  });

  it("finds by space, author and tag together", async () => {
    const tags = { wood: { v: { text: "Wood" }, r: [1, "m"] } };
    const { queries } = await holding(work(1, { tags }), work(2), { ...work(3, { tags }), by: idOf("ben") });
    expect(titles(await queries.all("artifact", { tag: "wood" }))).toEqual(["Work 3", "Work 1"]);
    expect(titles(await queries.all("artifact", { tag: "wood", by: idOf("ana") }))).toEqual(["Work 1"]);
    expect(titles(await queries.all("artifact", { space: MINE, by: idOf("ben") }))).toEqual(["Work 3"]);
    expect(titles(await queries.all("artifact", { space: "p:elsewhere" }))).toEqual([]);
  });

  it("shows of one tag the newest first, as many as asked for", async () => {
    const tags = { wood: { v: { text: "Wood" }, r: [1, "m"] } };
    const longer = { woods: { v: { text: "Woods" }, r: [1, "m"] } };
    const { queries, writer } = await holding(
      ...Array.from({ length: 9 }, (_, index) => work(index, { tags: index % 2 ? tags : longer })),
    );
    expect(titles(await queries.all("artifact", { tag: "wood", limit: 2 }))).toEqual(["Work 7", "Work 5"]);
    expect((await queries.all("artifact", { tag: "wood", limit: 4 })).more).toBe(false);
    await writer.delete(work(7).id);
    expect(titles(await queries.all("artifact", { tag: "wood", limit: 2 }))).toEqual(["Work 5", "Work 3"]);
    expect(await queries.all("showcase", { tag: "wood" })).toMatchObject({ rows: [] });
  });

  it("finds words by their beginnings, without accents or case, offline", async () => {
    const { queries, writer } = await holding(
      work(1, { words: "El PUENTE más largo" }),
      work(2, { words: "apuente" }),
    );
    await writer.create("artifact", { title: "Puéntes nuevos" });
    expect(titles(await queries.all("artifact", { text: "puent" }))).toEqual(["Puéntes nuevos", "Work 1"]);
    expect(titles(await queries.all("artifact", { text: "mas lar" }))).toEqual(["Work 1"]);
    expect(titles(await queries.all("artifact", { text: "largo corto" }))).toEqual([]);
  });

  it("follows the data: once at first, and again after each commit that concerns it", async () => {
    const { queries, writer } = await holding(work(1));
    const { values, stop } = heard(queries.list("artifact"));
    await settled();
    const id = await writer.create("artifact", { title: "Fresh" });
    await settled();
    await writer.set(id, "title", "Fresher");
    await settled();
    stop();
    await writer.set(id, "title", "Unheard");
    await settled();
    expect(values.map(titles)).toEqual([["Work 1"], ["Fresh", "Work 1"], ["Fresher", "Work 1"]]);
  });
});

describe("one record", () => {
  it("shows absent fields as empty, members by key, ordered entries by place", async () => {
    const link = (p: string) => ({
      v: { type: "link", url: "https://example.org/", title: p },
      p,
      r: [1, "m"],
    });
    const { queries } = await holding(work(1, { attachments: { x: link("a2"), y: link("a1") } }));
    const found = await queries.find("artifact", work(1).id);
    expect(found?.fields).toMatchObject({ words: "", happened: null, audience: "teachers", tags: [] });
    expect(found?.fields.attachments.map((entry) => entry.key)).toEqual(["y", "x"]);
    expect(await queries.find("feedback", work(1).id)).toBeUndefined();
  });
});

describe("a conflict", () => {
  const flags = {
    [idOf("loser")]: { field: "words", value: "fifty", by: idOf("ana"), at: "2026-11-01T00:00:00.000Z" },
  };
  const torn = { ...work(1, { words: "forty" }), flags };

  it.each([
    ["mine", "forty"],
    ["theirs", "fifty"],
    ["both", "forty\n\nfifty"],
  ] as const)("is settled with %s", async (keep, words) => {
    const { core, queries, writer } = await holding(torn);
    expect((await queries.find("artifact", torn.id))?.conflicts).toHaveLength(1);
    await resolve(core, writer, torn.id, idOf("loser"), keep);
    const found = await queries.find("artifact", torn.id);
    expect([found?.fields.words, found?.conflicts]).toEqual([words, []]);
  });

  it("that is settled with both is undone to what was shown before the press", async () => {
    const { core, queries, writer } = await holding(torn);
    await writer.text(torn.id, "words", "forty heavy");
    await resolve(core, writer, torn.id, idOf("loser"), "both");
    expect(await writer.undoLast()).toBe("text.artifact.words");
    expect((await queries.find("artifact", torn.id))?.fields.words).toBe("forty heavy");
  });

  it("that somebody settled already is a typed problem", async () => {
    const { core, writer } = await holding(torn);
    await resolve(core, writer, torn.id, idOf("loser"), "mine");
    await expect(resolve(core, writer, torn.id, idOf("loser"), "mine")).rejects.toMatchObject({
      slug: "not_found",
    });
  });
});
