import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Unwalkable, sniff, strip } from "./strip";
import { minimal, orientation } from "./strip/exif";

interface Vector {
  name: string;
  mime: string | null;
  dirty: string;
  bare: string | null;
}

const file = new URL("../../../../tests/media/vectors/strip.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vector[];

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

function base64(data: Uint8Array): string {
  return Buffer.from(data).toString("base64");
}

describe("what the device strips is what the server would strip", () => {
  test.each(vectors)("$name", ({ mime, dirty, bare }) => {
    expect(sniff(bytes(dirty)) ?? null).toBe(mime);
    if (mime === null) return;
    if (bare === null) expect(() => strip(bytes(dirty), mime)).toThrow(Unwalkable);
    else expect(base64(strip(bytes(dirty), mime))).toBe(bare);
  });

  test("there are vectors of every kind", () => {
    const kinds = new Set(vectors.filter(({ bare }) => bare !== null).map(({ mime }) => mime));
    expect([...kinds].sort()).toEqual(
      ["avif", "gif", "heic", "jpeg", "png", "webp"].map((kind) => `image/${kind}`),
    );
  });
});

test("the bytes given are not changed", () => {
  for (const { mime, dirty, bare } of vectors) {
    if (mime === null || bare === null) continue;
    const given = bytes(dirty);
    strip(given, mime);
    expect(base64(given)).toBe(dirty);
  }
});

test("any broken file is refused, never anything else", () => {
  let seed = 20261123;
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed % below;
  };
  for (const { name, mime, dirty } of vectors) {
    if (mime === null) continue;
    for (let round = 0; round < 40; round++) {
      const broken = bytes(dirty);
      for (let hit = 0; hit <= next(6); hit++) broken[16 + next(Math.max(1, broken.length - 16))] = next(256);
      try {
        strip(broken, mime);
      } catch (error) {
        expect(error, `${name}, round ${round}`).toBeInstanceOf(Unwalkable);
      }
    }
  }
});

test("a minimal block says nothing but its orientation", () => {
  for (let turned = 1; turned <= 8; turned++) {
    expect(orientation(minimal(turned))).toBe(turned);
    expect(minimal(turned)).toHaveLength(26);
  }
  expect(orientation(new Uint8Array(40))).toBe(1);
});
