import { describe, expect, it } from "vitest";
import { answerRange, rangeOf } from "./media";

describe("a range of a file", () => {
  it.each([
    [null, undefined],
    ["bytes=0-", { from: 0, to: 10 }],
    ["bytes=2-4", { from: 2, to: 5 }],
    ["bytes=2-99", { from: 2, to: 10 }],
    ["bytes=-3", { from: 7, to: 10 }],
    ["bytes=-99", { from: 0, to: 10 }],
    ["bytes=10-", "none"],
    ["bytes=5-2", "none"],
    ["bytes=-0", "none"],
    ["bytes=-", undefined],
    ["bytes=0-1,3-4", undefined],
    ["letters=0-1", undefined],
  ])("%s of ten bytes is %o", (header, expected) => {
    expect(rangeOf(header, 10)).toEqual(expected);
  });
});

describe("the answer", () => {
  const file = new Blob(["0123456789"]);

  it("to a range is 206 with those bytes", async () => {
    const response = answerRange(file, "video/mp4", "bytes=3-5");
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe("bytes 3-5/10");
    expect(response.headers.get("content-length")).toBe("3");
    expect(await response.text()).toBe("345");
  });

  it("to a range outside is 416 with the size", () => {
    const response = answerRange(file, "video/mp4", "bytes=10-");
    expect([response.status, response.headers.get("content-range")]).toEqual([416, "bytes */10"]);
  });

  it("without a range is the whole file, and never a page", async () => {
    const response = answerRange(file, "text/html", null);
    expect([response.status, await response.text()]).toEqual([200, "0123456789"]);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
  });
});
