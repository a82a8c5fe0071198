import { beforeEach, describe, expect, test } from "vitest";
import { ApiProblem, TransportProblem } from "../problems";
import { PART, lost, problem } from "../../../tests/media/fake-school";
import {
  add,
  begin,
  clock,
  media,
  queue,
  row,
  school,
  setMetered,
  startAgain,
  told,
} from "../../../tests/media/queue-stage";
import { originalKey } from "./prepare";

const NEVER = new AbortController().signal;

beforeEach(begin);

describe("a file", () => {
  test("is sent whole, checked, and kept on the device", async () => {
    const bytes = await add("one", 3 * PART + 7);
    expect(await queue.run(NEVER)).toBe("idle");
    expect(await row("one")).toMatchObject({ state: "verified", sent: 4, of: 4 });
    expect(school.bytes("one")).toEqual(bytes);
    expect(await media.size(originalKey("one"))).toBe(bytes.length);
    expect(told).toContain("artifact of one");
  });

  test("that the school has already is not sent", async () => {
    await add("one", PART);
    school.instead = (request) =>
      request.path === "/api/uploads"
        ? {
            status: 200,
            header: () => null,
            json: { id: "one", state: "exists", part_size: PART, have: [], code: null, reason: null },
          }
        : undefined;
    await queue.run(NEVER);
    expect(await row("one")).toMatchObject({ state: "verified" });
    expect(school.log).toEqual(["POST /api/uploads"]);
  });

  test("is asked for in batches of eight parts", async () => {
    await add("one", 20 * PART);
    await queue.run(NEVER);
    expect(school.log.filter((line) => line === "POST /api/uploads/one/parts")).toHaveLength(3);
  });

  test("goes on where a killed app stopped, and no part is sent twice", async () => {
    const bytes = await add("one", 30 * PART);
    for (let kill = 1; (await row("one"))?.state !== "verified"; kill++) {
      let left = 7;
      const abort = new AbortController();
      school.before = ({ method }) => {
        if (method !== "PUT") return;
        if (left-- === 0) abort.abort();
        if (left < 0) lost();
      };
      await startAgain()
        .run(abort.signal)
        .catch(() => undefined);
      expect(kill).toBeLessThan(9);
    }
    expect(school.bytes("one")).toEqual(bytes);
    expect(new Set(school.taken.values())).toEqual(new Set([1]));
  });

  test("whose addresses ended gets new ones", async () => {
    await add("one", 5 * PART);
    let ended = false;
    school.before = ({ method }) => {
      if (method === "PUT" && !ended) {
        ended = true;
        school.expire();
      }
    };
    expect(await queue.run(NEVER)).toBe("idle");
    expect(await row("one")).toMatchObject({ state: "verified" });
  });

  test("that was spoiled on the way is sent again", async () => {
    const bytes = await add("one", 2 * PART);
    let spoiled = false;
    school.after = ({ method }) => {
      if (method !== "PUT" || spoiled) return;
      spoiled = true;
      school.uploads.get("one")?.parts.forEach((part) => part.fill(9));
    };
    expect(await queue.run(NEVER)).toBe("later");
    expect(await queue.run(NEVER)).toBe("idle");
    expect(await row("one")).toMatchObject({ state: "verified" });
    expect(school.bytes("one")).toEqual(bytes);
  });

  test("that is broken on this device is refused with a reason", async () => {
    await add("one", 2 * PART, { sha256: "0".repeat(64) });
    await queue.run(NEVER);
    expect(await row("one")).toMatchObject({ state: "refused", code: "wrong_bytes" });
    expect((await row("one"))?.reason).toContain("no longer whole");
  });

  test("that is gone from this device is refused with a reason", async () => {
    await add("one", PART);
    await media.delete(originalKey("one"));
    expect(await queue.run(NEVER)).toBe("idle");
    expect(await row("one")).toMatchObject({ state: "refused", code: "gone" });
  });

  test.each([
    ["rejected", "unreadable"],
    ["damaged", "damaged"],
  ])("that the school calls %s keeps its bytes here and says why", async (state, code) => {
    school.verdict = () => ({ state, code, reason: "It is broken." });
    await add("one", PART);
    await queue.run(NEVER);
    expect(await row("one")).toMatchObject({ state: "refused", code, reason: "It is broken." });
    expect(await media.size(originalKey("one"))).toBe(PART);
  });

  test("that the school forgot is announced anew", async () => {
    school.checkTakes = Infinity;
    await add("one", PART);
    expect(await queue.run(NEVER)).toBe("later");
    expect(await row("one")).toMatchObject({ state: "checking" });
    school.uploads.clear();
    school.checkTakes = 1;
    expect(await startAgain().run(NEVER)).toBe("idle");
    expect(await row("one")).toMatchObject({ state: "verified" });
  });

  test("is freed 30 days after it was safe, not before", async () => {
    await add("one", PART);
    await queue.run(NEVER);
    clock.at += 29 * 24 * 3600 * 1000;
    await startAgain().run(NEVER);
    expect(await media.size(originalKey("one"))).toBe(PART);
    clock.at += 2 * 24 * 3600 * 1000;
    await startAgain().run(NEVER);
    expect(await media.size(originalKey("one"))).toBeUndefined();
    expect(await row("one")).toBeUndefined();
  });
});

describe("a queue", () => {
  test("sends small files first", async () => {
    await add("large", 9 * PART);
    await add("small", PART);
    await queue.run(NEVER);
    const [first, second] = [...school.taken.keys()].map((key) => key.split("/")[0]);
    expect([first, second]).toEqual(["small", "large"]);
  });

  test("is not held up by a file that is refused, that fails, or that does not get through", async () => {
    for (const [id, size] of [
      ["a", 1],
      ["b", 2],
      ["c", 3],
      ["d", 4],
    ] as const)
      await add(id, size * PART);
    school.instead = (request) => {
      if (request.path === "/api/uploads/a/parts") return problem(422, "invalid", "It makes no sense.");
      if (request.path === "/api/uploads/b/complete") return problem(500, "internal", "It fell over.");
      return undefined;
    };
    school.before = ({ path }) => {
      if (path.startsWith("/media/parts/c/")) lost();
    };
    expect(await queue.run(NEVER)).toBe("later");
    expect(await row("a")).toMatchObject({ state: "refused", reason: "It makes no sense." });
    expect(await row("b")).toMatchObject({ state: "waiting", reason: "It fell over." });
    expect(await row("c")).toMatchObject({ state: "waiting" });
    expect(await row("d")).toMatchObject({ state: "verified" });
    school.instead = () => undefined;
    school.before = () => undefined;
    expect(await queue.run(NEVER)).toBe("idle");
    for (const id of ["b", "c", "d"]) expect(await row(id)).toMatchObject({ state: "verified" });
  });

  test("gives up for now when nothing gets through", async () => {
    for (const id of ["a", "bb", "ccc"]) await add(id, PART);
    school.before = lost;
    await expect(queue.run(NEVER)).rejects.toBeInstanceOf(TransportProblem);
    expect(school.log).toHaveLength(2);
  });

  test.each([401, 410, 426, 429, 503])("hands a %i to the engine", async (status) => {
    await add("one", PART);
    school.instead = () => problem(status, "for_all");
    await expect(queue.run(NEVER)).rejects.toBeInstanceOf(ApiProblem);
    expect(await row("one")).toMatchObject({ state: "waiting" });
  });

  test.each([401, 410, 426])("takes a %i from where parts are stored for a stranger's", async (status) => {
    await add("a", 10);
    school.instead = ({ path }) =>
      path.startsWith("/media/") ? problem(status, `status_${status}`) : undefined;
    await expect(queue.run(NEVER)).rejects.toMatchObject({ reason: "captive" });
    school.instead = () => undefined;
    expect(await queue.run(NEVER)).toBe("idle");
  });

  test("waits for Wi-Fi with what is large, where the network costs money", async () => {
    setMetered(true);
    await add("large", 11 * 1024 * 1024);
    await add("small", PART);
    expect(await queue.run(NEVER)).toBe("later");
    expect(await row("large")).toMatchObject({ state: "wifi" });
    expect(await row("small")).toMatchObject({ state: "verified" });
  });

  test("tries again after a restart when there was no room at school", async () => {
    await add("one", PART);
    school.instead = ({ path }) => (path === "/api/uploads" ? problem(413, "quota", "No room.") : undefined);
    await queue.run(NEVER);
    expect(await row("one")).toMatchObject({ state: "refused", code: "quota", reason: "No room." });
    expect(await queue.run(NEVER)).toBe("idle");
    school.instead = () => undefined;
    await startAgain().run(NEVER);
    expect(await row("one")).toMatchObject({ state: "verified" });
  });

  test("stops at once when it is told to", async () => {
    await add("one", 30 * PART);
    const abort = new AbortController();
    abort.abort();
    expect(await queue.run(abort.signal)).toBe("later");
    expect(school.log).toEqual([]);
  });

  test("loses nothing on the worst of networks", async () => {
    const seed = Math.trunc(performance.now() * 1000) % 2 ** 31;
    let state = seed;
    const chance = (): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >>> 8) / 2 ** 23;
    };
    const files = new Map<string, Uint8Array>();
    for (let n = 1; n <= 6; n++) {
      const id = "x".repeat(n);
      files.set(id, await add(id, Math.trunc(chance() * 12 * PART) + 1));
    }
    school.checkTakes = 3;
    school.before = () => void (chance() < 0.15 && lost());
    school.after = () => void (chance() < 0.15 && lost());
    for (let run = 0; run < 400; run++) {
      if (chance() < 0.1) school.expire();
      if (chance() < 0.3) startAgain();
      if ((await queue.run(NEVER).catch(() => "failed")) === "idle") break;
    }
    for (const [id, bytes] of files) {
      expect(await row(id), `seed ${seed}`).toMatchObject({ state: "verified" });
      expect(school.bytes(id), `seed ${seed}`).toEqual(bytes);
    }
  });
});
