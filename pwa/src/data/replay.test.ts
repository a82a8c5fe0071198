// The vectors that hold this twin and the Python one together (tests/sync/make_vectors.py makes them).

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { canonical } from "./canonical";
import { chainNext, consumedHash, derivedId, digest, vectorHash } from "./digest";
import { holds, replay, type Plans } from "./replay";
import type { WireMutation, WireRecord } from "./types.gen";

interface Vectors {
  plans: Plans;
  replay: {
    record: WireRecord | null;
    person: string;
    mutations: WireMutation[];
    shown: WireRecord | null;
  }[];
  canonical: [unknown, string][];
  chain: [string, string, string, string][];
  consumed: [string, string, string][];
  digest: [[string, number, number, string][], string][];
  vector: [Record<string, [number, string, number]>, string][];
  id: [string, string][];
}

const file = new URL("../../../tests/sync/vectors/vectors.json.gz", import.meta.url);
const vectors = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Vectors;

describe("replay", () => {
  it("shows what the Python twin shows", () => {
    expect(vectors.replay.length).toBeGreaterThanOrEqual(5000);
    for (const [index, { record, person, mutations, shown }] of vectors.replay.entries()) {
      const base = canonical(record);
      const replayed = mutations.reduce(
        (before, mutation) => replay(before, mutation, person, vectors.plans),
        record ?? undefined,
      );
      expect(canonical(replayed ?? null), `vector ${String(index)}`).toBe(canonical(shown));
      expect(canonical(record), `base of vector ${String(index)}`).toBe(base);
    }
  });

  it("gives the same object back where the base holds the mutation already", () => {
    const held = vectors.replay.flatMap(({ record, mutations }) =>
      mutations.flatMap((mutation) =>
        record !== null && holds(record, mutation) ? [{ record, mutation }] : [],
      ),
    );
    expect(held.length).toBeGreaterThan(100);
    for (const { record, mutation } of held)
      expect(replay(record, mutation, "anyone", vectors.plans)).toBe(record);
  });
});

describe("fingerprints", () => {
  it("canonical JSON is RFC 8785", () => {
    for (const [value, text] of vectors.canonical) expect(canonical(value)).toBe(text);
  });

  it("chains go on alike", () => {
    for (const [previous, record, mutation, next] of vectors.chain)
      expect(chainNext(previous, record, mutation)).toBe(next);
  });

  it("the hash of what was consumed goes on alike", () => {
    for (const [previous, mutation, next] of vectors.consumed)
      expect(consumedHash(previous, mutation)).toBe(next);
  });

  it("digests, vectors and derived ids are alike", () => {
    for (const [rows, text] of vectors.digest) expect(digest(rows)).toBe(text);
    for (const [vector, hash] of vectors.vector) expect(vectorHash(vector)).toBe(hash);
    for (const [text, id] of vectors.id) expect(derivedId(text)).toBe(id);
  });
});
