import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Typing } from "./typing";

/** A field over one stored text; what is saved comes back through the store, as in the app. */
function field(before: string, save?: () => Promise<void>) {
  let stored = before;
  const saved: string[] = [];
  const typing = new Typing(
    async (value) => {
      await save?.();
      saved.push(value);
      stored = value;
      typing.arrived(stored);
    },
    () => undefined,
  );
  return {
    typing,
    saved,
    type: (next: string) => typing.type(next, stored),
    arrive: (text: string) => {
      stored = text;
      typing.arrived(text);
    },
    shown: () => typing.shown ?? stored,
  };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("a text that saves itself", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is saved once, a moment after the last key", async () => {
    const { type, saved, typing } = field("");
    type("b");
    await pass(300);
    type("bread");
    await pass(300);
    expect(saved).toEqual([]);
    await pass(400);
    expect(saved).toEqual(["bread"]);
    expect(typing.dirty).toBe(false);
  });

  it("is saved every few seconds while someone types without a pause", async () => {
    const { type, saved } = field("");
    for (let i = 1; i <= 40; i++) {
      type("x".repeat(i));
      await pass(100);
    }
    expect(saved.length).toBeGreaterThan(0);
  });

  it("is saved at once when asked, as when the page is left", async () => {
    const { type, typing, saved } = field("");
    type("half a sen");
    await typing.flush();
    expect(saved).toEqual(["half a sen"]);
  });

  it("shows what another device wrote when nothing is being typed", async () => {
    const { type, arrive, shown } = field("one");
    type("two");
    await pass(1000);
    arrive("three");
    expect(shown()).toBe("three");
  });

  it("carries what is being typed over what arrives meanwhile", async () => {
    const { type, arrive, saved } = field("one two");
    type("one two three");
    arrive("zero one two");
    await pass(1000);
    expect(saved).toEqual(["zero one two three"]);
  });

  it("does not take its own words, coming back, for news", async () => {
    const { type, saved, shown } = field("a");
    type("ab");
    await pass(650);
    type("abc");
    await pass(1000);
    expect(saved).toEqual(["ab", "abc"]);
    expect(shown()).toBe("abc");
  });

  it("goes on with what was typed during a slow save", async () => {
    let go = () => {};
    const { type, saved, shown } = field("", () => new Promise<void>((done) => (go = done)));
    type("bread");
    await pass(700);
    type("bread and salt");
    go();
    await pass(700);
    go();
    await pass(0);
    expect(saved).toEqual(["bread", "bread and salt"]);
    expect(shown()).toBe("bread and salt");
  });

  it("keeps what was typed when it can't be saved, and tries again with the next key", async () => {
    let full = true;
    const { type, saved, shown, typing } = field("", () =>
      full ? Promise.reject(new Error("full")) : Promise.resolve(),
    );
    type("bread");
    await pass(1000);
    expect(shown()).toBe("bread");
    expect(typing.problem).toEqual(new Error("full"));
    full = false;
    type("bread!");
    await pass(1000);
    expect(saved).toEqual(["bread!"]);
    expect(typing.problem).toBeUndefined();
  });

  it("is not confused by hearing the old text again while it is being saved", async () => {
    // As when the first words of a draft make its record: that shows up before the words are in it.
    const heard: { arrive?: (text: string) => void } = {};
    const { type, arrive, typing, saved, shown } = field("", () => {
      heard.arrive?.("");
      return Promise.resolve();
    });
    heard.arrive = arrive;
    type("It shines");
    await pass(1000);
    expect(shown()).toBe("It shines");
    expect(typing.dirty).toBe(false);
    expect(saved).toEqual(["It shines"]);
  });

  it("is saved once when it is asked to twice, and keeps what arrives in the middle of that", async () => {
    const heard: { arrive?: (text: string) => void } = {};
    const { type, arrive, typing, saved } = field("one two", () => {
      heard.arrive?.("one two, from elsewhere");
      delete heard.arrive;
      return Promise.resolve();
    });
    heard.arrive = arrive;
    type("ONE two");
    await Promise.all([typing.flush(), typing.flush()]);
    expect(saved).toEqual(["ONE two", "ONE two, from elsewhere"]);
    expect(typing.dirty).toBe(false);
  });
});
