import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { StreamHash, hashOf, type HashState } from "./hash";

const DATA = Uint8Array.from({ length: 100_003 }, (_, index) => (index * 7 + (index >> 8)) & 255);
const WANTED = createHash("sha256").update(DATA).digest("hex");

test("a file in one piece and in many has one hash", () => {
  expect(hashOf(DATA)).toBe(WANTED);
  for (const size of [1, 63, 64, 65, 1000, 65_536]) {
    const hash = new StreamHash();
    for (let at = 0; at < DATA.length; at += size) hash.add(DATA.subarray(at, at + size));
    expect(hash.end()).toBe(WANTED);
  }
});

test.each([0, 1, 63, 64, 65, 4096, 99_999, 100_003])("a hash goes on after %i bytes and a restart", (cut) => {
  const before = new StreamHash();
  before.add(DATA.subarray(0, cut));
  const stored = JSON.parse(JSON.stringify(before.state())) as HashState;
  const after = new StreamHash(stored);
  expect(after.state().length).toBe(cut);
  after.add(DATA.subarray(cut));
  expect(after.end()).toBe(WANTED);
});

test("a state that no hash can have is refused", () => {
  const good = new StreamHash().state();
  expect(() => new StreamHash({ ...good, words: [1] })).toThrow(RangeError);
  expect(() => new StreamHash({ ...good, length: 5 })).toThrow(RangeError);
});
