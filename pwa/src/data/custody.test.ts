import { describe, expect, it } from "vitest";
import { custodyOfWords, leastSafe, partsOf, type Around } from "./custody";
import type { Upload } from "./media-shapes";
import { body, idOf } from "./testing";
import type { MediaInfo, WireRecord } from "./types.gen";

const FILE = idOf("file");
const CALM: Around = {
  waiting: 0,
  sent: true,
  refused: undefined,
  seen: false,
  uploads: new Map(),
  person: idOf("ana"),
};

function photo(info?: MediaInfo): WireRecord {
  const value = { type: "photo", upload: FILE, name: "bridge.jpg" };
  const record = body("bridge", "p:x", 1, { attachments: { k: { v: value, p: "a1", r: [1, "m"] } } });
  return info === undefined ? record : { ...record, media: { [FILE]: info } };
}

function queued(state: Upload["state"], more: Partial<Upload> = {}): Around {
  const row = { id: FILE, artifact: idOf("bridge"), state, sent: 0, of: 0, ...more } as Upload;
  return { ...CALM, uploads: new Map([[FILE, row]]) };
}

function shown(record: WireRecord, around: Around) {
  return leastSafe(partsOf(record, around).map((part) => part.custody));
}

describe("custody of a file", () => {
  it("says that the school's storage is away", () => {
    const around = queued("waiting", { code: "storage_away" });
    expect(partsOf(photo(), around)[1]?.custody).toEqual({ state: "device", reason: "storage" });
  });
});

describe("custody of words", () => {
  it.each([
    ["on this device until they left", { ...CALM, waiting: 2, sent: false }, { state: "device" }],
    ["on their way until they are confirmed", { ...CALM, waiting: 1 }, { state: "sending" }],
    ["safe when nothing waits", CALM, { state: "safe" }],
    ["seen when a teacher looked", { ...CALM, seen: true }, { state: "seen" }],
    [
      "refused with the reason, whatever else",
      { ...CALM, refused: "Why.", seen: true },
      { state: "refused", reason: "Why." },
    ],
  ])("is %s", (_what, around, expected) => {
    expect(custodyOfWords(around)).toEqual(expected);
  });
});

describe("custody of a piece with a photo", () => {
  it.each([
    ["waits on this device", photo(), queued("waiting"), { state: "device" }],
    ["waits for Wi-Fi", photo(), queued("wifi"), { state: "wifi" }],
    ["is being sent", photo(), queued("sending", { sent: 3, of: 7 }), { state: "sending", sent: 3, of: 7 }],
    ["is being checked", photo({ state: "verifying" }), CALM, { state: "checking" }],
    ["lies on another device", photo(), CALM, { state: "device", reason: "elsewhere" }],
    ["is safe only when it was verified", photo({ state: "verified" }), CALM, { state: "safe" }],
    [
      "is safe once the school told this device, before its record says so",
      photo({ state: "verifying" }),
      queued("verified"),
      { state: "safe" },
    ],
    [
      "is not safe when it was found damaged after all",
      photo({ state: "damaged", reason: "Only half of it." }),
      queued("verified"),
      { state: "refused", reason: "Only half of it." },
    ],
    [
      "was refused",
      photo({ state: "rejected", reason: "Not a photo." }),
      CALM,
      { state: "refused", reason: "Not a photo." },
    ],
    [
      "is as safe as its words",
      photo({ state: "verified" }),
      { ...CALM, waiting: 1, sent: false },
      { state: "device" },
    ],
    ["was seen when both are safe", photo({ state: "verified" }), { ...CALM, seen: true }, { state: "seen" }],
    [
      "is not seen while the photo is missing",
      photo(),
      { ...queued("waiting"), seen: true },
      { state: "device" },
    ],
  ])("%s", (_what, record, around, expected) => {
    expect(shown(record, around)).toEqual(expected);
  });
});
