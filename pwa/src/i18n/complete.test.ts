import { describe, expect, it } from "vitest";
import { words as enFirst } from "./en";
import { words as enLater } from "./en/later";
import { words as esFirst } from "./es";
import { words as esLater } from "./es/later";
import { preferred } from "./language.svelte";
import { pluralsOf } from "./messages";

type Leaf = string | ((...args: unknown[]) => string);

/** Every message with its path, such as "safe.help.wifi". */
function leaves(tree: object, path = ""): [string, Leaf][] {
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null
      ? leaves(value, `${path}${key}.`)
      : [[path + key, value as Leaf] as [string, Leaf]],
  );
}

const english = new Map(leaves({ ...enFirst, ...enLater }));
const spanish = new Map(leaves({ ...esFirst, ...esLater }));

/** The words of a message; functions get numbers that are also fine as names. */
const said = (message: Leaf, n: number): string =>
  typeof message === "string" ? message : message(n, n, n, n);

/** Words that are the same in both languages, or are names. */
const same = /^(No|Pathfolio|Video)$/;

describe("the languages", () => {
  it("have the same messages", () => expect([...spanish.keys()].sort()).toEqual([...english.keys()].sort()));

  it("take the same arguments", () => {
    for (const [key, message] of english) {
      const other = spanish.get(key);
      expect(typeof other, key).toBe(typeof message);
      if (typeof message === "function" && typeof other === "function")
        expect(other.length, key).toBe(message.length);
    }
  });

  it.each([0, 1, 2, 1_000_000])("say something for every message with %d in it", (n) => {
    for (const [key, message] of [...english, ...spanish]) {
      const words = said(message, n);
      expect(words.trim(), key).not.toBe("");
      expect(words, key).not.toMatch(/undefined|NaN|\[object|#/);
    }
  });

  it("are really two languages", () => {
    const untranslated = [...english].filter(([key, message]) => {
      const words = said(message, 3);
      const other = spanish.get(key);
      return /[a-z]{3}/i.test(words) && !same.test(words) && other !== undefined && said(other, 3) === words;
    });
    expect(untranslated.map(([key]) => key)).toEqual([]);
  });
});

describe("a group", () => {
  it("has one home, so that no file hides the words of another", () =>
    expect(Object.keys(enFirst).filter((group) => group in enLater)).toEqual([]));
});

describe("plurals", () => {
  it("follow the language's own rules and way of writing numbers", () => {
    const forms = { one: "# foto", many: "# de fotos", other: "# fotos" };
    expect([1, 2, 12_345].map((n) => pluralsOf("es")(n, forms))).toEqual([
      "1 foto",
      "2 fotos",
      "12.345 fotos",
    ]);
  });
});

describe("the language to begin with", () => {
  it("is the person's own choice", () => expect(preferred("es", ["en-US"])).toBe("es"));
  it("else the first that the browser wants and we speak", () =>
    expect(preferred("", ["fr", "es-MX", "en"])).toBe("es"));
  it("else English", () => expect(preferred(undefined, ["fr"])).toBe("en"));
});
