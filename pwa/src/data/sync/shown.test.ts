import { describe, expect, it } from "vitest";
import { baseState } from "../core";
import { Device, body, page } from "../testing";
import { Writer } from "../writer";
import { MINE, outbox } from "./numbering";

describe("what this device shows", () => {
  it("is its base with the waiting changes on top, before and after they are confirmed", async () => {
    const device = new Device();
    const core = await device.open();
    const writer = new Writer(core);
    const asked = await core.cache.read(["state"], baseState);
    const { applyPage } = await import("./apply");
    const bridge = body("bridge", MINE, 1, { title: "Bridge", where: "River" });
    await applyPage(
      core.cache,
      asked,
      page({ spaces: { [MINE]: [1, "a", 0] }, changes: [bridge] }),
      undefined,
    );
    await writer.set(bridge.id, "title", "Tower");
    const [row] = await outbox(core);
    expect(row).toMatchObject({ base: bridge.rev, pulled: "2026-11-23T08:00:00.000Z", space: MINE });
    expect((await core.lookAt(bridge.id)).record?.fields).toEqual({ title: "Tower", where: "River" });
    const newer = body("bridge", MINE, 2, { title: "Castle", where: "River" });
    const next = page({ spaces: { [MINE]: [2, "b", 0] }, changes: [newer] });
    await applyPage(core.cache, { ...asked, vector: { [MINE]: [1, "a", 0] } }, next, 1);
    expect((await core.lookAt(bridge.id)).record?.fields["title"]).toBe("Castle");
  });
});
