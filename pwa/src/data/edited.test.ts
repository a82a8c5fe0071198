import { describe, expect, it } from "vitest";
import { putOver, wordsOver } from "./edited";

const file = { sha256: "0", size: 1, mime: "image/jpeg", name: "chair.jpg" };
const photo = { type: "photo", upload: "o", ...file, caption: "A chair" };
const once = { ...photo, upload: "e", replaces: { upload: "o", ...file } };
const twice = { ...photo, upload: "f", replaces: { upload: "o", ...file, earlier: ["e"] } };

describe("the original of an edit", () => {
  it("comes back by undo and from history, and says instead of what", () => {
    expect(putOver(once, photo)).toEqual({ ...photo, restores: ["e"] });
    expect(putOver(twice, photo)).toEqual({ ...photo, restores: ["f", "e"] });
    expect(putOver(twice, once)).toEqual({ ...once, restores: ["f", "o"] });
  });

  it("does not come back with words that were set aside", () =>
    expect(wordsOver(once, { ...photo, caption: "My chair" })).toEqual({ ...once, caption: "My chair" }));

  it("has nothing to do with other changes", () => {
    expect(putOver(photo, once)).toBe(once);
    expect(putOver(once, { ...once, caption: "" })).toEqual({ ...once, caption: "" });
    expect(putOver(undefined, photo)).toBe(photo);
    expect(wordsOver(photo, { ...photo, caption: "My chair" })).toEqual({ ...photo, caption: "My chair" });
  });
});
