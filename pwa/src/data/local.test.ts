import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { Core, baseState } from "./core";
import { cacheName, openStores } from "./databases";
import { LocalPerson } from "./local";
import { MediaCache, mediaKey } from "./media-cache";
import { mediaWork } from "./media-work";
import { MemoryMedia } from "./ports/media-memory";
import type { Ports } from "./ports/ports";
import { applyPage } from "./sync/apply";
import { ensureBase, ensureClient, renew } from "./sync/identity";
import { Device, body, idOf, meOf, page, settled } from "./testing";

async function local(
  device: Device,
): Promise<{ person: LocalPerson; core: Core; store: MemoryMedia; ports: Ports }> {
  const ports = device.ports();
  const stores = await openStores(device.disk, idOf("ana"));
  await ensureClient(stores.outbox, ports.random);
  const core = new Core(meOf("ana"), ports, stores);
  const store = (await ports.media(idOf("ana"))) as MemoryMedia;
  const person = new LocalPerson(core, store, mediaWork);
  await person.start();
  return { person, core, store, ports };
}

describe("a person's device", () => {
  it("counts what was saved while it was counting", async () => {
    const { person } = await local(new Device());
    await settled();
    await Promise.all(["a", "b", "c"].map((title) => person.create("artifact", { title })));
    await settled();
    expect(person.engine.status.value).toMatchObject({ waiting: 3, notSafe: 3 });
  });

  it("shows what waits after a crash while it became a new client", async () => {
    const device = new Device();
    const { person, core, ports } = await local(device);
    const id = await person.create("artifact", { title: "Bridge" });
    const base = await ensureBase(core.stores);
    await core.cache.write(["state"], (tx) => tx.put("state", { ...base, confirmed: 7 }));
    // The crash comes between the outbox and the base: only the outbox has the new id.
    const cut = {
      outbox: core.outbox,
      cache: { ...core.cache, write: () => Promise.reject(new Error("crash")) },
    };
    const other = { ...base, client: "another" };
    await expect(renew(cut as never, ports.random, other, base.client)).rejects.toThrow("crash");
    const again = await local(device);
    expect((await again.core.lookAt(id)).record?.fields["title"]).toBe("Bridge");
  });

  it("fetches frameworks in the tab that leads, and after a failure not with every change", async () => {
    const device = new Device();
    const asked = (): number =>
      device.requests.filter(({ path }) => path.startsWith("/api/frameworks/")).length;
    const { person, core } = await local(device);
    const other = await local(device);
    const space = `o:${idOf("school")}`;
    const framework = {
      ...body("portrait", space, 1, { type: "case", sha256: "f".repeat(64) }),
      kind: "framework",
    };
    const answer = page({ spaces: { [space]: [1, "a", 0] }, changes: [framework as never] });
    await applyPage(core.cache, await core.cache.read(["state"], baseState), answer, undefined);
    core.tell(undefined, undefined);
    await vi.waitFor(() => expect(asked()).toBe(1));
    for (const title of ["a", "b", "c"]) await person.create("artifact", { title });
    await other.person.create("artifact", { title: "d" });
    await settled();
    expect(asked()).toBe(1);
    await device.clock.pass(61_000);
    await person.create("artifact", { title: "e" });
    await vi.waitFor(() => expect(asked()).toBe(2));
  });

  it("says that there is no room for a framework, and fetches it again later", async () => {
    const device = new Device();
    const items = new TextEncoder().encode(JSON.stringify({ items: [] }));
    const sha256 = createHash("sha256").update(items).digest("hex");
    const { person, core } = await local(device);
    device.server = (request) => (request.path.startsWith("/api/frameworks/") ? { bytes: items } : undefined);
    const space = `o:${idOf("school")}`;
    const framework = { ...body("portrait", space, 1, { type: "case", sha256 }), kind: "framework" };
    const answer = page({ spaces: { [space]: [1, "a", 0] }, changes: [framework as never] });
    await applyPage(core.cache, await core.cache.read(["state"], baseState), answer, undefined);
    device.disk.room = 0;
    core.tell(undefined, undefined);
    await vi.waitFor(() => expect(person.engine.status.value.problem?.slug).toBe("quota"));
    device.disk.room = Infinity;
    await device.clock.pass(61_000);
    core.tell(undefined, undefined);
    await vi.waitFor(() => expect(device.disk.table(cacheName(idOf("ana")), "files").size).toBe(1));
  });

  it("does not call everything safe when a new piece was refused", async () => {
    const { person, core } = await local(new Device());
    const space = `u:${idOf("ana")}`;
    const refused = {
      ...body("entry", space, 1, { record: idOf("bridge"), code: "forbidden" }),
      kind: "not_accepted",
    };
    const answer = page({ spaces: { [space]: [1, "a", 0] }, changes: [refused as never] });
    await applyPage(core.cache, await core.cache.read(["state"], baseState), answer, undefined);
    core.tell(undefined, undefined);
    await settled();
    expect(person.engine.status.value).toMatchObject({ waiting: 0, notSafe: 1 });
  });

  it("keeps the room for words when a file does not fit", async () => {
    const device = new Device();
    const { person, store } = await local(device);
    const id = await person.create("artifact", {});
    store.room = 1_500_000;
    const big = new Blob([new Uint8Array(3_000_000)]);
    await expect(person.attach(id, big, { type: "file", name: "plan" })).rejects.toMatchObject({
      slug: "quota",
    });
    expect([await store.keys(), store.room]).toEqual([[], 1_500_000]);
    const small = new Blob([new Uint8Array(1000)]);
    device.disk.room = 0;
    await expect(person.attach(id, small, { type: "file", name: "plan" })).rejects.toMatchObject({
      slug: "quota",
    });
    expect(await store.keys()).toEqual([]);
  });
});

describe("a file fetched for a screen", () => {
  it("is whole, though a crash had left half of it aside", async () => {
    const device = new Device();
    const core = await device.open();
    const store = new MemoryMedia();
    const key = mediaKey(idOf("file"), "w320");
    await store.append(`${key}.part`, new Uint8Array([9, 9, 9]));
    const url = "https://files.example/one";
    device.server = (request) =>
      request.path === url
        ? { bytes: new Uint8Array([1, 2, 3, 4]) }
        : { json: { urls: [{ upload: idOf("file"), size: "w320", url, mime: "image/webp" }] } };
    const asked = new MediaCache(core, store).url(idOf("file"), "w320");
    await device.clock.pass(20);
    await asked;
    expect(await store.read(key, 0, 100)).toEqual(new Uint8Array([1, 2, 3, 4]));
  });
});
