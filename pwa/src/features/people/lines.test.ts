import { expect, it } from "vitest";
import { lineStart } from "./lines";

const text = "Ana\nLuis, luis\n\nMei";

it("finds a line of a pasted list so that it can be selected", () => {
  const cut = (line: number) => text.slice(...lineStart(text, line));
  expect([1, 2, 3, 4].map(cut)).toEqual(["Ana", "Luis, luis", "", "Mei"]);
});

it("stays inside the text for a line that is not there", () => {
  expect(lineStart(text, 99)).toEqual([text.length, text.length]);
});
