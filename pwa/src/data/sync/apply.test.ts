import { describe, expect, it } from "vitest";
import { baseState, type Core } from "../core";
import type { BaseState } from "../databases";
import { digest } from "../digest";
import { Device, body, idOf, page } from "../testing";
import type { WireRecord } from "../types.gen";
import { applyPage, type Applied } from "./apply";
import type { PullAnswer } from "./wire";

const MINE = `p:${idOf("ana")}`;
const CLASS = `c:${idOf("blue")}`;

function state(core: Core): Promise<BaseState> {
  return core.cache.read(["state"], baseState);
}

async function apply(core: Core, answer: PullAnswer, confirmed?: number): Promise<Applied | "stale"> {
  return applyPage(core.cache, await state(core), answer, confirmed);
}

async function held(core: Core): Promise<string[]> {
  const rows = await core.cache.read(["base"], (tx) => tx.range<{ body: WireRecord }>("base"));
  return rows.map((row) => String(row.body.fields["title"])).sort();
}

function fingerprint(...records: WireRecord[]): string {
  return digest(records.map((record) => [record.id, record.seq, record.rev[0], record.rev[1]]));
}

const bridge = body("bridge", MINE, 1, { title: "bridge" });
const tower = body("tower", MINE, 2, { title: "tower" });

describe("a page of a pull", () => {
  it("is applied only if the base is still where it was when it was asked for", async () => {
    const core = await new Device().open();
    const asked = await state(core);
    expect(
      await applyPage(
        core.cache,
        asked,
        page({ spaces: { [MINE]: [1, "a", 0] }, changes: [bridge] }),
        undefined,
      ),
    ).not.toBe("stale");
    const late = page({ spaces: { [MINE]: [2, "b", 0] }, changes: [tower] });
    expect(await applyPage(core.cache, asked, late, undefined)).toBe("stale");
    expect(await held(core)).toEqual(["bridge"]);
  });

  it("confirms nothing while there is more", async () => {
    const core = await new Device().open();
    await apply(core, page({ spaces: { [MINE]: [2, "b", 2] }, changes: [tower], more: true }), 5);
    expect(await state(core)).toMatchObject({ confirmed: 0, complete: false });
    await apply(core, page({ spaces: { [MINE]: [2, "b", 0] }, changes: [bridge] }), 5);
    expect(await state(core)).toMatchObject({ confirmed: 5, complete: true });
  });

  it("is on the disk at once when own work is back: a power cut does not take it away again", async () => {
    const device = new Device();
    const core = await device.open();
    await apply(core, page({ spaces: { [MINE]: [1, "a", 0] }, changes: [bridge] }), 0);
    const gone = page({
      spaces: { [MINE]: [2, "b", 0] },
      changes: [{ ...bridge, seq: 2, gone: true } as never],
    });
    await apply(core, gone, 0);
    const back = page({ spaces: { [MINE]: [3, "c", 0] }, changes: [{ ...bridge, seq: 3 }] });
    await applyPage(core.cache, await state(core), back, 0, idOf("ana"));
    device.disk.crash(1);
    expect(await held(await device.open())).toEqual(["bridge"]);
  });

  it("drops what may not be seen any more, and names its files", async () => {
    const core = await new Device().open();
    const photo = body("photo", CLASS, 1, {
      title: "photo",
      attachments: { k: { v: { type: "photo", upload: idOf("file") }, p: "a1", r: [1, "m"] } },
    });
    await apply(
      core,
      page({ spaces: { [MINE]: [1, "a", 0], [CLASS]: [1, "a", 0] }, changes: [bridge, photo] }),
    );
    const applied = await apply(core, page({ spaces: { [MINE]: [1, "a", 0] }, forget: [CLASS] }));
    expect(await held(core)).toEqual(["bridge"]);
    expect(applied).toMatchObject({ files: new Set([idOf("file")]) });
    expect(Object.keys((await state(core)).vector)).toEqual([MINE]);
  });

  it("names the file that an edit took the place of", async () => {
    const core = await new Device().open();
    const showing = (file: string, seq: number) =>
      body("bridge", MINE, seq, {
        attachments: { k: { v: { type: "photo", upload: idOf(file) }, p: "a1", r: [seq, "m"] } },
      });
    await apply(core, page({ spaces: { [MINE]: [1, "a", 0] }, changes: [showing("original", 1)] }));
    const applied = await apply(
      core,
      page({ spaces: { [MINE]: [2, "b", 0] }, changes: [showing("edit", 2)] }),
    );
    expect(applied).toMatchObject({ files: new Set([idOf("original")]), shown: new Set([idOf("edit")]) });
  });

  it("names the files of what only moved as still shown", async () => {
    const core = await new Device().open();
    const own = `u:${idOf("ana")}`;
    const attachments = { k: { v: { type: "photo", upload: idOf("file") }, p: "a1", r: [1, "m"] } };
    await apply(
      core,
      page({ spaces: { [own]: [1, "a", 0] }, changes: [body("bridge", own, 1, { attachments })] }),
    );
    const moved = body("bridge", MINE, 1, { attachments });
    const gone = { id: moved.id, seq: 2, gone: true as const, space: own };
    const applied = await apply(
      core,
      page({ spaces: { [own]: [2, "b", 0], [MINE]: [1, "c", 0] }, changes: [gone, moved] }),
    );
    expect(applied).toMatchObject({ shown: new Set([idOf("file")]) });
  });

  it("does not mind in which order a move arrives: the body in the new space, then gone from the old one", async () => {
    const core = await new Device().open();
    const own = `u:${idOf("ana")}`;
    const inOwn = body("bridge", own, 7, { title: "bridge" });
    await apply(core, page({ spaces: { [own]: [7, "a", 0] }, changes: [inOwn] }));
    await apply(
      core,
      page({ spaces: { [own]: [7, "a", 0], [MINE]: [1, "b", 0] }, changes: [bridge], more: true }),
    );
    await apply(
      core,
      page({ spaces: { [own]: [9, "c", 0] }, changes: [{ id: bridge.id, seq: 9, gone: true, space: own }] }),
    );
    expect(await held(core)).toEqual(["bridge"]);
    await apply(
      core,
      page({
        spaces: { [MINE]: [3, "d", 0] },
        changes: [{ id: bridge.id, seq: 3, gone: true, space: MINE }],
      }),
    );
    expect(await held(core)).toEqual([]);
  });

  it("builds a replaced space aside and swaps it when it is whole", async () => {
    const core = await new Device().open();
    await apply(core, page({ spaces: { [MINE]: [2, "b", 0] }, changes: [bridge, tower] }));
    const fresh = body("bridge", MINE, 8, { title: "bridge, new" });
    const first = page({ replace: [MINE], spaces: { [MINE]: [9, "x", 8] }, changes: [fresh], more: true });
    await apply(core, first);
    expect(await held(core)).toEqual(["bridge", "tower"]);
    const boat = body("boat", MINE, 3, { title: "boat" });
    await apply(
      core,
      page({
        spaces: { [MINE]: [9, "x", 0] },
        changes: [boat],
        digest: { [MINE]: fingerprint(fresh, boat) },
      }),
    );
    expect(await held(core)).toEqual(["boat", "bridge, new"]);
    expect((await state(core)).replacing).toEqual([]);
  });

  it("fetches a space anew whose digest is wrong, at most once a day, and says so", async () => {
    const core = await new Device().open();
    const wrong = { [MINE]: "2:0000000000000000" };
    const applied = await apply(
      core,
      page({ spaces: { [MINE]: [1, "a", 0] }, changes: [bridge], digest: wrong }),
    );
    expect(applied).toMatchObject({ mended: [MINE] });
    expect(await state(core)).toMatchObject({ mismatch: [MINE], replacing: [MINE] });
    expect((await state(core)).vector).toEqual({});
    const again = page({ spaces: { [MINE]: [1, "a", 0] }, changes: [bridge], digest: wrong });
    expect(await apply(core, again)).toMatchObject({ mended: [] });
    const tomorrow = page({
      now: "2026-11-24T08:00:00.001Z",
      spaces: { [MINE]: [1, "a", 0] },
      digest: wrong,
    });
    expect(await apply(core, tomorrow)).toMatchObject({ mended: [MINE] });
  });

  it("keeps a digest that fits over changes, moves and removals", async () => {
    const core = await new Device().open();
    const newer = body("bridge", MINE, 5, { title: "bridge again" });
    await apply(core, page({ spaces: { [MINE]: [2, "b", 0] }, changes: [bridge, tower] }));
    const answer = page({
      spaces: { [MINE]: [6, "c", 0] },
      changes: [newer, { id: tower.id, seq: 6, gone: true, space: MINE }],
      digest: { [MINE]: fingerprint(newer) },
    });
    expect(await apply(core, answer)).toMatchObject({ mended: [] });
  });
});
