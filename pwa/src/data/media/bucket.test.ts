import { beforeEach, describe, expect, test } from "vitest";
import { TransportProblem } from "../problems";
import { PART, lost, problem } from "../../../tests/media/fake-school";
import { add, begin, queue, row, school } from "../../../tests/media/queue-stage";

const NEVER = new AbortController().signal;

beforeEach(begin);

describe("a bucket of another origin", () => {
  beforeEach(() => (school.bucket = true));

  const toBucket = (path: string): boolean => path.startsWith("https://bucket.test/");

  test("gets the parts, each once", async () => {
    const bytes = await add("one", 3 * PART + 7);
    expect(await queue.run(NEVER)).toBe("idle");
    expect(await row("one")).toMatchObject({ state: "verified" });
    expect(school.bytes("one")).toEqual(bytes);
    expect(new Set(school.taken.values())).toEqual(new Set([1]));
  });

  test.each([
    ["says", (): void => undefined],
    // Ceph's gateway answers without the header that would let a page read it.
    ["hides", lost],
  ])("that %s that an address ended is asked with a new one", async (_how, hidden) => {
    const bytes = await add("one", 5 * PART);
    let put = 0;
    school.before = ({ path }) => {
      if (!toBucket(path)) return;
      put += 1;
      if (put === 3) school.expire();
      if (put >= 3 && !path.includes("epoch=1")) hidden();
    };
    expect(await queue.run(NEVER)).toBe("idle");
    expect(school.bytes("one")).toEqual(bytes);
    expect(new Set(school.taken.values())).toEqual(new Set([1]));
  });

  test("that found other bytes gets the file again", async () => {
    const bytes = await add("one", 2 * PART);
    let spoiled = false;
    school.instead = ({ path }) => {
      if (!toBucket(path) || spoiled) return undefined;
      spoiled = true;
      return { status: 400, header: () => null, json: undefined, code: "XAmzContentSHA256Mismatch" };
    };
    expect(await queue.run(NEVER)).toBe("later");
    expect(await queue.run(NEVER)).toBe("idle");
    expect(school.bytes("one")).toEqual(bytes);
  });

  test.each([
    ["does not answer", lost],
    ["is down", () => ({ status: 503, header: () => null, json: undefined, code: "SlowDown" })],
    ["is full", () => ({ status: 403, header: () => null, json: undefined, code: "QuotaExceeded" })],
    [
      "refuses every key",
      () => ({ status: 403, header: () => null, json: undefined, code: "InvalidAccessKeyId" }),
    ],
  ])("that %s is said with each file, and tried again later", async (_what, answer) => {
    await add("one", PART);
    await add("three", PART + 1);
    school.instead = ({ path }) => (toBucket(path) ? answer() : undefined);
    expect(await queue.run(NEVER)).toBe("later");
    expect(await row("one")).toMatchObject({ state: "waiting", code: "storage_away" });
    expect(school.log.filter((line) => line.startsWith("PUT")).length).toBeLessThan(9);
    school.instead = () => undefined;
    expect(await queue.run(NEVER)).toBe("idle");
    for (const id of ["one", "three"]) expect(await row(id)).toMatchObject({ state: "verified" });
  });

  test.each(["storage_away", "storage_refuses"])(
    "of which the school says %s stops no words",
    async (slug) => {
      await add("one", PART);
      school.instead = ({ path }) => (path === "/api/uploads" ? problem(503, slug) : undefined);
      expect(await queue.run(NEVER)).toBe("later");
      expect(await row("one")).toMatchObject({ state: "waiting", code: "storage_away" });
    },
  );

  test("is not blamed where there is no network at all", async () => {
    for (const id of ["a", "bb"]) await add(id, PART);
    let gone = false;
    school.before = ({ path }) => {
      gone ||= toBucket(path);
      if (gone) lost();
    };
    await expect(queue.run(NEVER)).rejects.toBeInstanceOf(TransportProblem);
    expect(await row("a")).not.toHaveProperty("code");
  });
});
