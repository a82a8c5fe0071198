// Tells of commits: what changed, after it is durable. Live queries listen and read again.

import type { Live } from "./shapes";

export interface Change {
  /** Records touched; undefined when it could be any. */
  ids?: ReadonlySet<string>;
  /** Kinds touched, or "uploads", "drafts", "status"; undefined when it could be any. */
  topics?: ReadonlySet<string>;
}

export function touches(change: Change, topics: readonly string[]): boolean {
  return change.topics === undefined || topics.some((topic) => change.topics?.has(topic) === true);
}

export class Hub {
  private readonly listeners = new Set<(change: Change) => void>();

  on(run: (change: Change) => void): () => void {
    this.listeners.add(run);
    return () => this.listeners.delete(run);
  }

  emit(change: Change): void {
    for (const run of [...this.listeners]) run(change);
  }
}

/**
 * A query that follows the data: reads at the first subscriber, and again after a change that concerns it. Changes
 * that come while it reads lead to one more read.
 */
export function live<T>(hub: Hub, read: () => Promise<T>, concerns: (change: Change) => boolean): Live<T> {
  const subscribers = new Set<(value: T) => void>();
  let current: { value: T } | undefined;
  let stop: (() => void) | undefined;
  let reading = false;
  let stale = false;

  async function refresh(): Promise<void> {
    if (reading) {
      stale = true;
      return;
    }
    reading = true;
    try {
      do {
        stale = false;
        const value = await read();
        current = { value };
        for (const run of [...subscribers]) run(value);
      } while (stale && subscribers.size > 0);
    } catch {
      // Storage that fails is reported by the engine's status; the last value stays on the screen.
    } finally {
      reading = false;
    }
    // A change came while a read failed.
    if (stale && subscribers.size > 0) {
      stale = false;
      void refresh();
    }
  }

  return {
    subscribe(run) {
      subscribers.add(run);
      if (current !== undefined) run(current.value);
      stop ??= hub.on((change) => {
        if (concerns(change)) void refresh();
      });
      if (subscribers.size === 1) void refresh();
      return () => {
        subscribers.delete(run);
        if (subscribers.size > 0) return;
        stop?.();
        stop = undefined;
        current = undefined;
      };
    },
  };
}

/** A value that is set by hand. */
export class Cell<T> implements Live<T> {
  private readonly subscribers = new Set<(value: T) => void>();
  constructor(public value: T) {}

  set(value: T): void {
    this.value = value;
    for (const run of [...this.subscribers]) run(value);
  }

  subscribe(run: (value: T) => void): () => void {
    this.subscribers.add(run);
    run(this.value);
    return () => this.subscribers.delete(run);
  }
}
