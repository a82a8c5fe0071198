import { expect, it } from "vitest";
import { mediaWork } from "./media-work";
import { Device, idOf } from "./testing";

const NEVER = new AbortController().signal;
const KILLED = "killed/original.part";

async function ready() {
  const device = new Device();
  const core = await device.open();
  const store = await core.ports.media(idOf("ana"));
  await store.append(KILLED, new Uint8Array(10));
  await store.append("whole/original", new Uint8Array(10));
  return { core, store };
}

it("what an app that was killed in the middle of a copy left behind goes, and nothing else", async () => {
  const { core, store } = await ready();
  expect(await mediaWork.queue(core, store).run(NEVER)).toBe("idle");
  expect(await store.keys()).toEqual(["whole/original"]);
});

it("what another tab is copying at present stays, and what is left behind goes when it is done", async () => {
  const { core, store } = await ready();
  let end = (): void => undefined;
  const append = store.append.bind(store);
  store.append = async (key, bytes) => {
    await append(key, bytes);
    await new Promise<void>((done) => (end = done));
  };
  const copy = mediaWork.prepare(
    new Blob(["words"]),
    { type: "file", name: "a.txt", upload: "now" },
    core,
    store,
  );
  const queue = mediaWork.queue(core, store);
  await expect.poll(() => store.size("now/original.part")).toBe(5);
  await queue.run(NEVER);
  expect(await store.keys()).toContain(KILLED);
  end();
  await copy;
  await queue.run(NEVER);
  expect(await store.keys()).toEqual(["now/original", "whole/original"]);
});
