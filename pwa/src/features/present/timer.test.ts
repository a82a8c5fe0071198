import { describe, expect, it } from "vitest";
import { clockface, StopWatch } from "./timer";

describe("rehearsal timer", () => {
  it("shows minutes and two-digit seconds", () => {
    expect([0, 999, 5_000, 65_000, 3_725_000].map(clockface)).toEqual([
      "0:00",
      "0:00",
      "0:05",
      "1:05",
      "62:05",
    ]);
  });

  it("counts only while it runs", () => {
    let now = 1000;
    const watch = new StopWatch(() => now);
    watch.start();
    now += 4000;
    watch.pause();
    now += 60_000;
    expect(watch.elapsed).toBe(4000);
    watch.start();
    now += 500;
    expect(watch.elapsed).toBe(4500);
  });

  it("starts from zero after a reset and goes on running", () => {
    let now = 0;
    const watch = new StopWatch(() => now);
    watch.start();
    now = 9000;
    watch.reset();
    now = 9250;
    expect(watch.elapsed).toBe(250);
    expect(watch.running).toBe(true);
  });
});
