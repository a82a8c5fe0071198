import { describe, expect, it } from "vitest";
import { readAtSchool } from "./at-school";
import { baseState } from "./core";
import { digest } from "./digest";
import { Queries } from "./queries";
import { applyPage } from "./sync/apply";
import { pull } from "./sync/pull";
import { Device, body, idOf, page } from "./testing";
import type { Core } from "./core";
import type { WireRecord } from "./types.gen";
import { Writer } from "./writer";

const MINE = `p:${idOf("ana")}`;
const OWN = `u:${idOf("ana")}`;
const bridge = body("bridge", MINE, 1, { title: "Bridge" });
const diary = body("diary", OWN, 1, { title: "Diary" });

function print(...records: WireRecord[]): string {
  return digest(records.map(({ id, seq, rev }) => [id, seq, rev[0], rev[1]]));
}

async function apply(core: Core, answer: ReturnType<typeof page>): Promise<void> {
  const asked = await core.cache.read(["state"], baseState);
  await applyPage(core.cache, asked, answer, answer.more ? undefined : 0);
}

/** A device that holds both spaces and has compared them. */
async function compared(): Promise<Core> {
  const core = await new Device().open();
  await apply(
    core,
    page({
      spaces: { [MINE]: [1, "a", 0], [OWN]: [1, "b", 0] },
      changes: [bridge, diary],
      digest: { [MINE]: print(bridge), [OWN]: print(diary) },
    }),
  );
  return core;
}

function look(core: Core): ReturnType<typeof readAtSchool> {
  return readAtSchool(new Queries(core));
}

describe("that everything here is at school", () => {
  it("is said once every space was compared and nothing waits", async () => {
    const found = await look(await compared());
    expect(found).toMatchObject({ good: true, changes: 0, files: 0, drafts: 0, refused: 0, unsure: 0 });
    expect(found.at).not.toBeNull();
  });

  it("is not said before the first pull, nor while one is under way", async () => {
    const core = await new Device().open();
    expect(await look(core)).toMatchObject({ good: false, at: null });
    await apply(core, page({ more: true, spaces: { [MINE]: [1, "a", 1] }, changes: [bridge] }));
    expect((await look(core)).good).toBe(false);
  });

  it("is not said of a space that came whole in an earlier page and was not compared", async () => {
    const core = await new Device().open();
    await apply(core, page({ more: true, spaces: { [MINE]: [1, "a", 0] }, changes: [bridge] }));
    const last = { spaces: { [MINE]: [1, "a", 0], [OWN]: [1, "b", 0] } } as const;
    await apply(core, page({ ...last, changes: [diary], digest: { [OWN]: print(diary) } } as never));
    expect(await look(core)).toMatchObject({ good: false, unsure: 1 });
  });

  it("is not said while a change, a begun form, a file or a refused change is only here", async () => {
    const core = await compared();
    const writer = new Writer(core);
    await writer.create("artifact", { title: "Tower" });
    expect(await look(core)).toMatchObject({ good: false, changes: 1 });

    const other = await compared();
    await other.outbox.write(["drafts"], (tx) => tx.put("drafts", { key: "note", value: "wo", at: "" }));
    expect(await look(other)).toMatchObject({ good: false, drafts: 1 });

    const third = await compared();
    const row = { id: idOf("photo"), artifact: bridge.id, state: "checking", sent: 1, of: 1 };
    await third.outbox.write(["uploads"], (tx) => tx.put("uploads", row));
    await third.loadUploads();
    expect(await look(third)).toMatchObject({ good: false, files: 1 });

    const fourth = await compared();
    const entry = { ...body("entry", OWN, 2, { record: bridge.id }), kind: "not_accepted" } as WireRecord;
    await apply(
      fourth,
      page({
        spaces: { [MINE]: [1, "a", 0], [OWN]: [2, "c", 0] },
        changes: [entry],
        digest: { [OWN]: print(diary, entry) },
      }),
    );
    expect(await look(fourth)).toMatchObject({ good: false, refused: 1, unsure: 0 });
  });

  it("is not said when a digest differs, until the space came anew", async () => {
    const core = await compared();
    const again = page({
      spaces: { [MINE]: [2, "x", 0], [OWN]: [1, "b", 0] },
      changes: [body("tower", MINE, 2)],
      digest: { [MINE]: "7:0000000000000007" },
    });
    await apply(core, again);
    expect((await look(core)).good).toBe(false);
    const tower = body("tower", MINE, 2);
    await apply(
      core,
      page({
        spaces: { [MINE]: [2, "x", 0], [OWN]: [1, "b", 0] },
        replace: [MINE],
        changes: [bridge, tower],
        digest: { [MINE]: print(bridge, tower) },
      }),
    );
    expect((await look(core)).good).toBe(true);
  });

  it("is not said when the browser lost a stored row of what was compared", async () => {
    const core = await compared();
    await core.cache.write(["base"], (tx) => tx.delete("base", bridge.id));
    expect(await look(core)).toMatchObject({ good: false, unsure: 1 });
  });

  it("makes the next pull ask about every space that was not compared", async () => {
    const device = new Device();
    device.server = (request) =>
      request.path === "/api/sync/pull"
        ? { json: page({ spaces: { [MINE]: [1, "a", 0] }, confirmed: [0, "0".repeat(32)], changes: [] }) }
        : undefined;
    const core = await device.open();
    await apply(core, page({ spaces: { [MINE]: [1, "a", 0] }, changes: [bridge] }));
    await pull(core, { mended: [], files: new Set() });
    expect(device.requests.at(-1)?.json).toMatchObject({ unsure: [MINE], spaces: { [MINE]: [1, "a", 0] } });
  });

  it("leaves the short question to a device that has compared everything", async () => {
    const device = new Device();
    device.server = () => ({ status: 204 });
    const core = await device.open();
    await apply(
      core,
      page({ spaces: { [MINE]: [1, "a", 0] }, changes: [bridge], digest: { [MINE]: print(bridge) } }),
    );
    await pull(core, { mended: [], files: new Set() });
    expect(device.requests.at(-1)?.json).toHaveProperty("vector");
  });
});

describe("what a device tells of itself", () => {
  it("goes along when it changed, and once an hour", async () => {
    const device = new Device();
    device.server = () => ({ status: 204 });
    const core = await compared();
    core.ports.transport.send = (request) => {
      device.requests.push(request);
      return Promise.resolve({ status: 204, header: () => null, json: undefined });
    };
    const report = { mended: [], files: new Set<string>() };
    await pull(core, report);
    await pull(core, report);
    const tellings = device.requests.map(({ json }) => (json as { device?: object }).device);
    expect(tellings).toEqual([{ app: "", waiting: 0, files: 0 }, undefined]);
  });
});
