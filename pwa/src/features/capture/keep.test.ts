import { describe, expect, it } from "vitest";
import type { Local } from "../../data";
import { keepPhotos, webAddress } from "./keep";

describe("a web address", () => {
  it.each([
    ["https://example.org/a?b=1", "https://example.org/a?b=1"],
    ["example.org", "https://example.org/"],
    ["  http://example.org  ", "http://example.org/"],
    ["example.org:8080/x", "https://example.org:8080/x"],
    ["ejemplo.org/niño", "https://ejemplo.org/ni%C3%B1o"],
  ])("%s is kept as %s", (typed, url) => expect(webAddress(typed)).toBe(url));

  it.each([
    "",
    "bread",
    "two words.org",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "https://",
  ])("%s is no web address", (typed) => expect(webAddress(typed)).toBeUndefined());
});

/** Remembers what was asked of it; the n-th attachment may fail. */
function memory(failAt = Infinity) {
  const calls: string[] = [];
  let attached = 0;
  const local = {
    create: () => (calls.push("create"), Promise.resolve("piece")),
    attach: (_id: string, file: File) =>
      ++attached >= failAt
        ? Promise.reject(new Error("full"))
        : (calls.push(file.name), Promise.resolve("key")),
    delete: () => (calls.push("delete"), Promise.resolve()),
  };
  return { local: local as unknown as Local, calls };
}

const photo = (name: string) => new File(["x"], name, { type: "image/jpeg" });

describe("photos", () => {
  it("become one piece, in the order in which they were chosen", async () => {
    const { local, calls } = memory();
    expect((await keepPhotos(local, [photo("1.jpg"), photo("2.jpg")])).kept).toBe(2);
    expect(calls).toEqual(["create", "1.jpg", "2.jpg"]);
  });

  it("that fitted are kept when the device is full at the third", async () => {
    const { local, calls } = memory(3);
    const result = await keepPhotos(local, [photo("1.jpg"), photo("2.jpg"), photo("3.jpg")]);
    expect([result.kept, result.artifact, String(result.problem)]).toEqual([2, "piece", "Error: full"]);
    expect(calls).not.toContain("delete");
  });

  it("leave no empty piece behind when none fitted", async () => {
    const { local, calls } = memory(1);
    expect((await keepPhotos(local, [photo("1.jpg")])).artifact).toBeUndefined();
    expect(calls).toEqual(["create", "delete"]);
  });

  it("go beside files that are no pictures, which are named", async () => {
    const { local } = memory();
    const result = await keepPhotos(local, [
      photo("1.jpg"),
      new File(["x"], "song.mp3", { type: "audio/mpeg" }),
    ]);
    expect([result.kept, result.left]).toEqual([1, ["song.mp3"]]);
  });
});
