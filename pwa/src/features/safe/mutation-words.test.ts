import { expect, it } from "vitest";
import { mutationWords } from "./mutation-words";

it("finds the words of a text change", () => {
  expect(mutationWords({ op: "text", field: "words", value: "I baked bread." })).toBe("I baked bread.");
});

it("finds every word of a new piece, and nothing that is for machines", () => {
  const fields = {
    title: "Bread",
    words: "I baked.",
    tags: { pan: { text: "pan" } },
    attachments: { k: { v: { upload: "x", caption: "Crust" }, p: "a0" } },
  };
  expect(mutationWords({ op: "create", value: { kind: "artifact", fields } })).toBe(
    "Bread\n\nI baked.\n\npan\n\nCrust",
  );
});

it("finds nothing in a change without words", () => {
  for (const nothing of [null, 3, {}, { op: "delete", value: null }]) expect(mutationWords(nothing)).toBe("");
});
