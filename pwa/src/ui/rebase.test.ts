import { describe, expect, it } from "vitest";
import { rebase } from "./rebase";

describe("words that arrive while someone is typing", () => {
  it("changes nothing when nothing arrived", () => expect(rebase("a b", "a b c", "a b")).toBe("a b c"));
  it("shows what arrived when nothing was typed", () => expect(rebase("a b", "a b", "x b")).toBe("x b"));
  it("joins a change at the start with one at the end", () =>
    expect(rebase("one two three", "one two three four", "zero one two three")).toBe(
      "zero one two three four",
    ));
  it("joins them the other way round too", () =>
    expect(rebase("one two three", "zero one two three", "one two three four")).toBe(
      "zero one two three four",
    ));
  it("keeps both whole where both changed the same words", () =>
    expect(rebase("I like it", "I like bread", "I like soup")).toBe("I like bread\n\nI like soup"));
  it("keeps both when both began from nothing", () =>
    expect(rebase("", "mine", "theirs")).toBe("mine\n\ntheirs"));
  it("loses no word of either, whatever the texts", () => {
    const words = ["", "a", "a b", "b a", "a b c d", "x a b", "a x b", "d"];
    for (const before of words)
      for (const typed of words)
        for (const now of words) {
          const result = rebase(before, typed, now).split(/\s+/);
          const fresh = [...typed.split(" "), ...now.split(" ")].filter(
            (word) => !before.split(" ").includes(word),
          );
          for (const word of fresh) expect(result, `${before} | ${typed} | ${now}`).toContain(word);
        }
  });
});
