import { describe, expect, it } from "vitest";
import { backOf, deedOf, isNow } from "./describe";

describe("a change in the history", () => {
  it.each([
    ["text", "words", "words"],
    ["set", "title", "title"],
    ["add", "tags", "addTag"],
    ["remove", "alignments", "removeAlignment"],
    ["place", "attachments", "order"],
    ["delete", null, "delete"],
    ["set", "something new", "other"],
  ])("%s of %s is called %s", (op, field, deed) => expect(deedOf({ op, field })).toBe(deed));
});

describe("bringing back", () => {
  it("puts back words and titles", () => {
    expect(backOf({ op: "text", field: "words", value: "old" })).toEqual({
      how: "text",
      field: "words",
      value: "old",
    });
    expect(backOf({ op: "set", field: "title", value: "old" })).toEqual({
      how: "set",
      field: "title",
      value: "old",
    });
  });

  it("puts back the words with which a piece began", () => {
    const first = (fields: object) =>
      backOf({ op: "create", field: null, value: { kind: "artifact", fields } });
    expect(first({ words: "first" })).toEqual({ how: "begin", words: "first" });
    expect(first({ title: "A link", words: "" })).toEqual({ how: "begin", title: "A link" });
    expect(first({})).toBeUndefined();
    expect(isNow({ how: "begin", words: "first" }, { words: "second", title: "" })).toBe(false);
    expect(isNow({ how: "begin", words: "first" }, { words: "first", title: "named later" })).toBe(true);
  });

  it("puts back what was once added", () => {
    const entry = { op: "add", field: "tags", value: { key: "pan", v: { text: "Pan" } } };
    expect(backOf(entry)).toEqual({ how: "add", field: "tags", key: "pan", value: { text: "Pan" } });
  });

  it("never widens who may see a piece", () => {
    expect(backOf({ op: "set", field: "audience", value: "teachers" })).toBeUndefined();
  });

  it("offers nothing for what the record holds already", () => {
    const fields = { words: "now", tags: [{ key: "pan", text: "Pan" }] };
    expect(isNow({ how: "text", field: "words", value: "now" }, fields)).toBe(true);
    expect(isNow({ how: "text", field: "words", value: "old" }, fields)).toBe(false);
    expect(isNow({ how: "add", field: "tags", key: "pan", value: { text: "Pan" } }, fields)).toBe(true);
    expect(isNow({ how: "add", field: "tags", key: "sal", value: { text: "Sal" } }, fields)).toBe(false);
  });
});
