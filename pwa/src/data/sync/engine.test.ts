import { describe, expect, it } from "vitest";
import { baseState } from "../core";
import { CONSUMED_START, consumedHash } from "../digest";
import { Device, EPOCH, idOf, settled } from "../testing";
import { Writer } from "../writer";
import { Engine } from "./engine";
import { MINE, NO_FILES, Numbering, client, outbox, ring, running, type Sent } from "./numbering";
import { offer } from "./offer";

describe("the sync of a device", () => {
  it("moves to the ring only what a pull confirms under the same running hash", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = (request) => (request.path === "/api/sync/pull" ? undefined : server.answer(request));
    const { core, writer, engine } = await running(device);
    await writer.create("artifact", { title: "Bridge" });
    await engine.sync();
    expect(server.pushed).toHaveLength(1);
    expect(await outbox(core)).toHaveLength(1);
    device.server = server.answer;
    await engine.sync();
    expect(await outbox(core)).toHaveLength(0);
    expect((await ring(core)).map((row) => row.id)).toEqual(server.pushed);
    expect(engine.status.value).toMatchObject({ online: true, complete: true });
  });

  it("goes on where the server is when an answer was lost", async () => {
    const device = new Device();
    const server = new Numbering();
    let lost = 1;
    device.server = (request) => {
      const answer = server.answer(request);
      return request.path === "/api/sync/push" && lost-- > 0 ? undefined : answer;
    };
    const { core, writer, engine } = await running(device);
    await writer.create("artifact", { title: "Bridge" });
    await engine.sync();
    await engine.sync();
    expect(server.pushed).toHaveLength(1);
    expect(await outbox(core)).toEqual([]);
  });

  it("becomes a new client when another device used its id, and sends everything with the same mutation ids", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = server.answer;
    const { core, writer, engine } = await running(device);
    const before = await client(core);
    Object.assign(server.known(before.id), { n: 3, hash: "f".repeat(32) });
    await writer.create("artifact", { title: "Bridge" });
    const [row] = await outbox(core);
    await engine.sync();
    const now = await client(core);
    expect(now.id).not.toBe(before.id);
    expect(server.pushed).toEqual([row?.id]);
    expect(await outbox(core)).toEqual([]);
    expect(server.known(now.id).n).toBe(1);
  });

  it("offers ring and outbox to a restored server before it takes anything from it", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = server.answer;
    const { core, writer, engine } = await running(device);
    await writer.create("artifact", { title: "Bridge" });
    await engine.sync();
    const [old] = await ring(core);
    await writer.create("artifact", { title: "Tower" });
    const [waiting] = await outbox(core);
    server.epoch = "epoch-two";
    server.clients.clear();
    await engine.sync();
    expect(server.offered).toEqual([old?.id, waiting?.id]);
    expect((await client(core)).epoch).toBe("epoch-two");
    expect(await outbox(core)).toEqual([]);
    expect((await ring(core)).map((one) => one.id).sort()).toEqual([old?.id, waiting?.id].sort());
  });

  it.each([
    ["at a push", true],
    ["at a pull", false],
  ])("offers its ring to a server that forgot what it had confirmed, as is seen %s", async (_, push) => {
    const device = new Device();
    const server = new Numbering();
    device.server = server.answer;
    const { core, writer, engine } = await running(device);
    for (const title of ["Bridge", "Tower"]) {
      await writer.create("artifact", { title });
      await engine.sync();
    }
    const kept = (await ring(core)).map((one) => one.id);
    const { id } = await client(core);
    // Put back to where it was after the first one, in the same epoch.
    server.clients.set(id, { n: 1, hash: consumedHash(CONSUMED_START, kept[0] ?? "") });
    if (push) await writer.create("artifact", { title: "Gate" });
    await engine.sync();
    expect(server.offered).toEqual(expect.arrayContaining(kept));
    expect((await client(core)).id).not.toBe(id);
    expect(await outbox(core)).toEqual([]);
  });

  it("asks a restored server about every file that the one before had proved to hold", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = server.answer;
    const { core, engine } = await running(device);
    const states = ["verified", "checking", "refused"];
    const row = (state: string) => ({
      id: idOf(state),
      artifact: idOf("bridge"),
      state,
      sent: 2,
      of: 2,
      done: "then",
    });
    await core.outbox.write(["uploads"], (tx) => tx.putAll("uploads", states.map(row)));
    await engine.sync();
    server.epoch = "epoch-two";
    await engine.sync();
    const now = states.map((state) => core.uploads.get(idOf(state)));
    expect(now.map((upload) => upload?.state)).toEqual(["waiting", "waiting", "refused"]);
    expect(now[0]).not.toHaveProperty("done");
  });

  it("never replaces what it has offered", async () => {
    const device = new Device();
    device.server = new Numbering().answer;
    const core = await device.open();
    const writer = new Writer(core);
    const id = await writer.create("artifact", {});
    await writer.text(id, "words", "one");
    await offer(core, "epoch-two");
    await writer.text(id, "words", "one two");
    expect((await outbox(core)).slice(1).map((row) => row.value)).toEqual(["one", "one two"]);
  });

  it("makes an offer again that was cut, and loses nothing by it", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = server.answer;
    const { core, writer, engine } = await running(device);
    await writer.create("artifact", { title: "Bridge" });
    await engine.sync();
    server.epoch = "epoch-two";
    device.server = (request) => (request.path === "/api/sync/offer" ? undefined : server.answer(request));
    await engine.sync();
    expect((await client(core)).epoch).toBe(EPOCH);
    device.server = server.answer;
    await engine.sync();
    expect(server.offered).toHaveLength(1);
    expect((await client(core)).epoch).toBe("epoch-two");
  });

  it("keeps a confirmed change in the ring for thirty days", async () => {
    const device = new Device();
    const server = new Numbering();
    let now = "2026-11-23T08:00:00.000Z";
    device.server = (request) => {
      const answer = server.answer(request);
      if (request.path !== "/api/sync/pull") return answer;
      return { json: { ...(answer?.json as object), now } };
    };
    const { core, writer, engine } = await running(device);
    await writer.create("artifact", { title: "Bridge" });
    await engine.sync();
    now = "2026-12-23T07:59:59.000Z";
    await engine.sync();
    expect(await ring(core)).toHaveLength(1);
    now = "2026-12-23T08:00:00.000Z";
    await engine.sync();
    expect(await ring(core)).toHaveLength(0);
  });

  it("keeps the ring through a pull in which the server did not know our chain", async () => {
    const device = new Device();
    const server = new Numbering();
    let more: object = {};
    device.server = (request) => {
      const answer = server.answer(request);
      return request.path === "/api/sync/pull" ? { json: { ...(answer?.json as object), ...more } } : answer;
    };
    const { core, writer, engine } = await running(device);
    await writer.create("artifact", { title: "Bridge" });
    await engine.sync();
    let page = 0;
    device.server = (request) => {
      more =
        page++ === 0
          ? { replace: [MINE], more: true, confirmed: null, spaces: { [MINE]: [9, "x", 5] } }
          : { spaces: { [MINE]: [9, "x", 0] } };
      const answer = server.answer(request);
      const now = "2027-01-23T08:00:00.000Z";
      return request.path === "/api/sync/pull"
        ? { json: { ...(answer?.json as object), ...more, now } }
        : answer;
    };
    await engine.sync();
    expect(await core.cache.read(["state"], baseState)).toMatchObject({
      replacing: [],
      vector: { [MINE]: [9, "x", 0] },
    });
    expect(await ring(core)).toHaveLength(1);
    await engine.sync();
    expect(await ring(core)).toHaveLength(0);
  });

  it("sends again what a server lost that it never pulled from", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = (request) => (request.path === "/api/sync/pull" ? undefined : server.answer(request));
    const { core, writer, engine } = await running(device);
    await writer.create("artifact", { title: "Bridge" });
    await engine.sync();
    server.clients.clear();
    device.server = server.answer;
    await engine.sync();
    await engine.sync();
    expect(server.pushed).toHaveLength(2);
    expect(await outbox(core)).toEqual([]);
  });

  it("forgets the files of what was erased, in the queue and on the disk", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = server.answer;
    const core = await device.open();
    const dropped: string[] = [];
    const drop = (files: ReadonlySet<string>): Promise<void> => Promise.resolve(void dropped.push(...files));
    const engine = new Engine(core, { ...NO_FILES, drop });
    engine.start();
    await settled();
    const upload = { id: idOf("file"), artifact: idOf("bridge"), state: "verified" };
    await core.outbox.write(["uploads"], (tx) => tx.put("uploads", upload));
    await core.loadUploads();
    const gone = { id: idOf("bridge"), seq: 2, gone: true, erased: true, space: MINE };
    device.server = (request) => {
      const answer = server.answer(request);
      return request.path === "/api/sync/pull"
        ? { json: { ...(answer?.json as object), changes: [gone] } }
        : answer;
    };
    await engine.sync();
    expect([dropped, core.uploads.size]).toEqual([[idOf("file")], 0]);
  });

  it("asks the same person to sign in again after a 401, and then goes on", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = () => ({ status: 401, json: { slug: "sign_in", detail: "Please sign in." } });
    const { core, writer, engine } = await running(device);
    await writer.create("artifact", { title: "Bridge" });
    await engine.sync();
    expect(engine.status.value.signInNeeded).toBe(true);
    const asked = device.requests.length;
    await engine.sync();
    expect(device.requests).toHaveLength(asked);
    device.server = server.answer;
    engine.signedIn();
    await engine.sync();
    expect(engine.status.value).toMatchObject({ signInNeeded: false, online: true });
    expect(await outbox(core)).toEqual([]);
  });

  it("goes on after somebody signed in again, also where the app did not fit before", async () => {
    const device = new Device();
    const server = new Numbering();
    const { engine } = await running(device);
    for (const status of [426, 401]) {
      device.server = () => ({ status, json: { slug: "asks_a_person" } });
      device.looks.tell("visible");
      await engine.sync();
    }
    expect(engine.status.value).toMatchObject({ signInNeeded: true, updateNeeded: true });
    device.server = server.answer;
    engine.signedIn();
    await engine.sync();
    expect(engine.status.value).toMatchObject({ signInNeeded: false, updateNeeded: false });
  });

  it("leaves a school in peace as long as it asked, whatever is saved or looked at meanwhile", async () => {
    const device = new Device();
    device.server = () => ({ status: 503, json: { slug: "busy" }, headers: { "retry-after": "20" } });
    const { engine, writer } = await running(device);
    await settled();
    const asked = device.requests.length;
    writer.onSaved = () => engine.saved();
    await writer.create("artifact", { title: "Bridge" });
    device.looks.tell("visible");
    device.looks.tell("online");
    await device.clock.pass(19_000);
    expect(device.requests).toHaveLength(asked);
    await device.clock.pass(8_000);
    expect(device.requests.length).toBeGreaterThan(asked);
  });

  it("says what a school in trouble says, and nothing of one that is only busy", async () => {
    const device = new Device();
    const said = { slug: "disk_full", detail: "The school's computer has no room left." };
    device.server = () => ({ status: 503, json: said, headers: { "retry-after": "60" } });
    const troubled = await running(device);
    await settled();
    expect(troubled.engine.status.value.problem).toMatchObject({ slug: "disk_full", sentence: said.detail });
    const another = new Device();
    another.server = () => ({ status: 503, json: { slug: "busy" }, headers: { "retry-after": "20" } });
    const busy = await running(another);
    await settled();
    expect(busy.engine.status.value.problem).toBeUndefined();
  });

  it("goes on reading where it sent too much for one day, says so, and sends the rest later", async () => {
    const device = new Device();
    const server = new Numbering();
    const said = { slug: "daily_limit", detail: "Very much was sent from this account today." };
    device.server = server.answer;
    const { core, writer, engine } = await running(device);
    device.server = (request) =>
      request.path === "/api/sync/push"
        ? { status: 429, json: said, headers: { "retry-after": "600" } }
        : server.answer(request);
    const asked = (path: string) => device.requests.filter((one) => one.path.endsWith(path)).length;
    await writer.create("artifact", { title: "Bridge" });
    await engine.sync();
    expect(engine.status.value).toMatchObject({
      online: true,
      problem: { slug: "daily_limit", sentence: said.detail },
    });
    const before = { push: asked("push"), pull: asked("pull") };
    await device.clock.pass(590_000);
    expect(asked("push")).toBe(before.push);
    expect(asked("pull")).toBeGreaterThan(before.pull + 2);
    expect(engine.status.value.problem).toMatchObject({ slug: "daily_limit" });
    device.server = server.answer;
    await device.clock.pass(200_000);
    await settled();
    expect(await outbox(core)).toEqual([]);
    expect(engine.status.value.problem).toBeUndefined();
  });

  it("waits as long as a busy server asks", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = () => ({ status: 503, json: { slug: "busy" }, headers: { "retry-after": "20" } });
    const { engine } = await running(device);
    device.server = server.answer;
    const asked = device.requests.length;
    await device.clock.pass(19_000);
    expect(device.requests).toHaveLength(asked);
    await device.clock.pass(8_000);
    expect(engine.status.value).toMatchObject({ online: true, complete: true });
  });

  it("stops at 426 and 410 and says why", async () => {
    for (const [status, flag] of [
      [426, "updateNeeded"],
      [410, "accountDeleted"],
    ] as const) {
      const device = new Device();
      device.server = () => ({ status, json: { slug: "gone", detail: "A sentence." } });
      const { engine } = await running(device);
      expect(engine.status.value).toMatchObject({ [flag]: true, problem: { sentence: "A sentence." } });
      const asked = device.requests.length;
      await engine.sync();
      expect(device.requests).toHaveLength(asked);
    }
  });

  it("that was told to update asks again when it is looked at: the server may have been the old one", async () => {
    const device = new Device();
    device.server = () => ({ status: 426, json: { slug: "update_app" } });
    const { engine } = await running(device);
    device.server = new Numbering().answer;
    device.looks.tell("visible");
    await settled();
    expect(engine.status.value).toMatchObject({ updateNeeded: false, complete: true });
  });

  it("halves a batch that is too large", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = (request) => {
      if (request.path === "/api/sync/push" && (request.json as Sent).mutations.length > 2)
        return { status: 413, json: { slug: "too_large" } };
      return server.answer(request);
    };
    const { core, writer, engine } = await running(device);
    for (const title of ["a", "b", "c", "d", "e"]) await writer.create("artifact", { title });
    await engine.sync();
    expect(server.pushed).toHaveLength(5);
    expect(await outbox(core)).toEqual([]);
  });

  it("tells a Wi-Fi sign-in page from the school: nothing is taken, and it tries again", async () => {
    const device = new Device();
    device.server = () => ({ status: 200, json: "<html>" });
    const { core, engine } = await running(device);
    expect(engine.status.value.online).toBe(false);
    expect(await core.cache.read(["state"], baseState)).toMatchObject({ vector: {}, complete: false });
  });
});
