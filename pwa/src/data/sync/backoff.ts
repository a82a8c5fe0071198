// When to try again: later each time, never all devices at once, and as the server asks.

import type { Random } from "../ports/ports";
import { ApiProblem } from "../problems";

const FIRST_MS = 2_000;
const LONGEST_MS = 5 * 60_000;
const EVERY_MS = 60_000;

export class Backoff {
  private failures = 0;
  constructor(private readonly random: Random) {}

  good(): void {
    this.failures = 0;
  }

  /** Milliseconds to wait after a failure. */
  after(error: unknown): number {
    this.failures += 1;
    if (error instanceof ApiProblem && error.retryAfter !== undefined) {
      return error.retryAfter * 1000 * (1 + 0.3 * this.random.unit());
    }
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (this.failures - 1));
    return longest * (0.5 + this.random.unit());
  }

  /** Milliseconds to the next look while the app is visible. */
  usual(): number {
    return EVERY_MS * (0.8 + 0.4 * this.random.unit());
  }
}
