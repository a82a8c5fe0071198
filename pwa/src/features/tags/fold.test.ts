import { expect, it } from "vitest";
import { wordsOf } from "./fold";

it("parts what was typed at commas", () => {
  expect(wordsOf("bread, sour dough ,,wheat")).toEqual([
    { key: "bread", text: "bread" },
    { key: "sour dough", text: "sour dough" },
    { key: "wheat", text: "wheat" },
  ]);
});

it("takes the same word in other letters once, as first written", () => {
  expect(wordsOf("Pan, PAN, pan")).toEqual([{ key: "pan", text: "Pan" }]);
});

it("knows é written in two ways as one letter", () => {
  expect(wordsOf("café, cafe\u0301")).toHaveLength(1);
});

it("forgives a hash sign and spaces, and finds no word in nothing", () => {
  expect(wordsOf("  #robot  ")).toEqual([{ key: "robot", text: "robot" }]);
  expect(wordsOf(" , # ")).toEqual([]);
});
