import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { afterForeground, type Foreground } from "./foreground";

class Page implements Foreground {
  visibilityState: DocumentVisibilityState = "visible";
  listeners = new Set<() => void>();
  addEventListener(_type: string, listener: () => void): void {
    this.listeners.add(listener);
  }
  removeEventListener(_type: string, listener: () => void): void {
    this.listeners.delete(listener);
  }
  turn(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    for (const listener of [...this.listeners]) listener();
  }
}

describe("afterForeground", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("waits the whole time before it calls", () => {
    const done = vi.fn();
    afterForeground(2000, done, new Page());
    vi.advanceTimersByTime(1999);
    expect(done).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it("starts again when the page was hidden in between", () => {
    const done = vi.fn();
    const page = new Page();
    afterForeground(2000, done, page);
    vi.advanceTimersByTime(1500);
    page.turn("hidden");
    vi.advanceTimersByTime(10_000);
    page.turn("visible");
    vi.advanceTimersByTime(1999);
    expect(done).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it("never calls for a page that stays in the background", () => {
    const done = vi.fn();
    const page = new Page();
    page.visibilityState = "hidden";
    afterForeground(2000, done, page);
    vi.advanceTimersByTime(60_000);
    expect(done).not.toHaveBeenCalled();
  });

  it("never calls once it was stopped, and listens no more", () => {
    const done = vi.fn();
    const page = new Page();
    const stop = afterForeground(2000, done, page);
    stop();
    page.turn("visible");
    vi.advanceTimersByTime(60_000);
    expect(done).not.toHaveBeenCalled();
    expect(page.listeners.size).toBe(0);
  });
});
