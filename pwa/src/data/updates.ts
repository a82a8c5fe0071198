// While anything here is being written down, the app is not exchanged under it: a shared Web Lock of all tabs.

import type { Locks } from "./ports/ports";

const NAME = "pathfolio-in-use";
const AGAIN_MS = 2_000;

/** Runs `work` while no tab may change over to a new version. */
export function inUse<T>(locks: Locks, work: () => Promise<T>): Promise<T> {
  return locks.shared(NAME, work);
}

/** A page that is still there then was not exchanged after all, and must be able to save again. */
const LONGEST_MS = 5_000;

/** Calls `use` as soon as no tab holds anything. It then keeps others from beginning, until the page goes or 5 s are over. */
export async function whenIdle(
  locks: Locks,
  after: (ms: number, run: () => void) => void,
  use: () => void,
): Promise<void> {
  for (;;) {
    const used = await locks.ifFree(NAME, () => {
      use();
      return new Promise<true>((done) => after(LONGEST_MS, () => done(true)));
    });
    if (used === true) return;
    await new Promise<void>((done) => after(AGAIN_MS, done));
  }
}
