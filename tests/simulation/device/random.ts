// Seeded randomness (sfc32 by Chris Doty-Humphrey, PractRand): the same seed gives the same devices.

import { createHash } from "node:crypto";
import type { Random } from "../../../pwa/src/data/ports/ports";

export function seeded(seed: string): Random {
  const state = createHash("sha256").update(seed).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => state.readUInt32LE(at)) as [number, number, number, number];

  function next(): number {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  return {
    unit: () => next() / 2 ** 32,
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 255),
  };
}
