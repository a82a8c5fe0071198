import { describe, expect, it } from "vitest";
import type { View } from "../../data";
import { awaits, draftOf, isEmpty, noWords, threads, verdictOf, type Feedback, type Reply } from "./thread";

const base = {
  rev: [1, "first"],
  space: "p:ana",
  updated: "",
  conflicts: [],
  media: {},
  custody: { state: "safe" },
  waiting: 0,
} as const;

function feedback(id: string, created: string, over: Partial<View<"feedback">["fields"]> = {}): Feedback {
  return {
    ...base,
    conflicts: [],
    rev: [1, "made"],
    kind: "feedback",
    id,
    by: "teacher",
    created,
    fields: { artifact: "bench", audience: "published", glow: "", grow: "", question: "", ...over },
  };
}

function reply(id: string, by: string, created: string, over: Partial<View<"reply">["fields"]> = {}): Reply {
  return {
    ...base,
    conflicts: [],
    rev: [1, "made"],
    kind: "reply",
    id,
    by,
    created,
    fields: { artifact: "bench", feedback: "f1", words: "", helped: null, ...over },
  };
}

describe("a feedback thread", () => {
  it("shows what was sent, oldest first, with the answers to it", () => {
    const found = threads(
      [
        feedback("f2", "2026-11-02"),
        feedback("f1", "2026-11-01"),
        feedback("f3", "2026-11-03", { audience: "me" }),
      ],
      [
        reply("r2", "ana", "2026-11-06"),
        reply("r1", "ana", "2026-11-05"),
        reply("other", "ana", "2026-11-04", { feedback: "f2" }),
      ],
    );
    expect(found.map((thread) => thread.feedback.id)).toEqual(["f1", "f2"]);
    expect(found[0]?.replies.map((answer) => answer.id)).toEqual(["r1", "r2"]);
  });

  it("leaves out what its author took back", () => {
    const gone = { ...feedback("f1", "2026-11-01"), deleted: { by: "teacher", at: "2026-11-02" } };
    expect(threads([gone], [])).toEqual([]);
  });

  it("waits for whoever did not speak last, and a bare 'it helped' is no question", () => {
    const thread = {
      feedback: feedback("f1", "2026-11-01"),
      replies: [reply("r1", "ana", "2026-11-02", { words: "I sanded it." })],
    };
    expect(awaits(thread, "teacher")).toBe(true);
    expect(awaits(thread, "ana")).toBe(false);
    const helped = { ...thread, replies: [reply("r1", "ana", "2026-11-02", { helped: true })] };
    expect(awaits(helped, "teacher")).toBe(false);
    expect(verdictOf(helped, "ana")?.fields.helped).toBe(true);
  });
});

describe("a draft", () => {
  it("is only one's own, and only what was not sent", () => {
    const mine = feedback("f1", "2026-11-01", { audience: "me" });
    expect(draftOf([feedback("f2", "2026-11-01"), mine], "teacher")).toBe(mine);
    expect(draftOf([mine], "someone else")).toBeUndefined();
  });

  it("with nothing but spaces is empty", () => {
    expect(isEmpty({ ...noWords, grow: "  \n" })).toBe(true);
    expect(isEmpty({ ...noWords, question: "Why oak?" })).toBe(false);
  });
});
