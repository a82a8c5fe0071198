import { describe, expect, it } from "vitest";
import { BrowserLocks } from "../../../tests/simulation/device/browser";
import { TestClock, settled } from "./testing";
import { whenIdle } from "./updates";

describe("changing over to a new version", () => {
  it("waits for whoever holds something, then lets nobody begin until the page goes or time is up", async () => {
    const locks = new BrowserLocks().forTab(() => true);
    const clock = new TestClock();
    let release = (): void => undefined;
    void locks.hold("pathfolio-in-use", () => new Promise<void>((done) => (release = done)));
    let used = 0;
    const after = (ms: number, run: () => void): void => void clock.after(ms, run);
    void whenIdle(locks, after, () => (used += 1));
    await clock.pass(10_000);
    expect(used).toBe(0);
    release();
    await clock.pass(2_000);
    expect(used).toBe(1);
    let saved = false;
    void locks.hold("pathfolio-in-use", () => Promise.resolve(void (saved = true)));
    await clock.pass(4_000);
    expect(saved).toBe(false);
    await clock.pass(2_000);
    await settled();
    expect(saved).toBe(true);
    expect(used).toBe(1);
  });
});
