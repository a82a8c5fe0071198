import { readFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { MemoryMedia } from "../ports/media-memory";
import type { Clock } from "../ports/ports";
import { LocalProblem } from "../problems";
import { hashOf } from "./hash";
import { originalKey, prepare } from "./prepare";

const clock: Clock = { now: () => Date.UTC(2026, 10, 23, 14, 52, 11, 123), after: () => () => undefined };
const META = { type: "photo", name: "chair.jpg", upload: "up" } as const;

const file = new URL("../../../../tests/media/vectors/strip.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8")) as { name: string; dirty: string; bare: string }[];
const { dirty, bare } = vectors.find(({ name }) => name === "image/jpeg with everything in it") ?? {
  dirty: "",
  bare: "",
};

let media: MemoryMedia;
beforeEach(() => {
  media = new MemoryMedia();
});

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

test("a photo is kept without its place, and hashed as it is kept", async () => {
  const row = await prepare(new Blob([bytes(dirty)]), META, { media, clock });
  const kept = await media.read(originalKey("up"), 0, row.size);
  expect(kept).toEqual(bytes(bare));
  expect(row).toMatchObject({
    id: "up",
    kind: "photo",
    name: "chair.jpg",
    mime: "image/jpeg",
    size: bytes(bare).length,
    sha256: hashOf(bytes(bare)),
    state: "waiting",
    captured_at: null,
    queued: "2026-11-23T14:52:11.123Z",
  });
});

test("what is no picture is kept as it is, in pieces", async () => {
  const long = Uint8Array.from({ length: 2_500_000 }, (_, index) => index & 255);
  const row = await prepare(new Blob([long], { type: "text/plain" }), META, { media, clock });
  expect(row).toMatchObject({ mime: "text/plain", size: long.length, sha256: hashOf(long) });
  expect(await media.read(originalKey("up"), 2_000_000, 2_000_004)).toEqual(long.slice(2_000_000, 2_000_004));
  expect(await media.keys()).toEqual([originalKey("up")]);
});

test("a picture that can't be walked is kept as it is", async () => {
  const broken = bytes(dirty).slice(0, 30);
  const row = await prepare(new Blob([broken]), META, { media, clock });
  expect(row).toMatchObject({ mime: "image/jpeg", sha256: hashOf(broken) });
});

test("a camera's file tells when it was made, unless that makes no sense", async () => {
  const made = (lastModified: number): Promise<string | null> =>
    prepare(new File([bytes(dirty)], "a.jpg", { lastModified }), META, {
      media: new MemoryMedia(),
      clock,
    }).then((row) => row.captured_at);
  expect(await made(Date.UTC(2026, 0, 2, 3, 4, 5))).toBe("2026-01-02T03:04:05.000Z");
  expect(await made(8.64e15)).toBeNull();
  expect(await made(-1)).toBeNull();
});

test("an empty file is refused", async () => {
  const refused = prepare(new Blob([]), META, { media, clock });
  await expect(refused).rejects.toMatchObject({ slug: "invalid" });
});

test("a device without room says so, and nothing is under the file's name", async () => {
  media.room = 100;
  await expect(prepare(new Blob([bytes(dirty)]), META, { media, clock })).rejects.toBeInstanceOf(
    LocalProblem,
  );
  expect(await media.size(originalKey("up"))).toBeUndefined();
});
