import { untrack } from "svelte";
import { rebase } from "./rebase";

const pause = 600;
const longest = 2500;

/**
 * One text that saves itself: a moment after the last key, and at once when the field or the page is left.
 * Make it while a component starts. Bind an input to `value`.
 */
export class Autosave {
  /** What the field shows while it differs, or may differ, from what is stored. */
  #typed = $state<string | undefined>();
  #dirty = $state(false);
  /** The last problem of a save; what was typed is still in the field. */
  problem = $state.raw<unknown>();
  #basis = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;
  readonly #stored: () => string;
  readonly #save: (value: string) => Promise<unknown>;

  /**
   * @param stored what the device holds now (reactive)
   * @param save resolves when the words are durable on this device
   */
  constructor(stored: () => string, save: (value: string) => Promise<unknown>) {
    this.#stored = stored;
    this.#save = save;
    $effect(() => {
      const now = stored();
      untrack(() => this.#arrived(now));
    });
    $effect(() => this.#leaving());
  }

  get value(): string {
    return this.#typed ?? this.#stored();
  }

  set value(next: string) {
    if (next === this.value) return;
    if (!this.#dirty) this.#basis = this.#stored();
    this.#typed = next;
    this.#dirty = true;
    clearTimeout(this.#timer);
    this.#since ||= performance.now();
    const left = longest - (performance.now() - this.#since);
    this.#timer = setTimeout(() => void this.flush(), Math.max(0, Math.min(pause, left)));
  }

  /** Something is typed that is not durable yet. */
  get dirty(): boolean {
    return this.#dirty;
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#since = 0;
    const words = this.#typed;
    if (!this.#dirty || words === undefined) return;
    const before = this.#basis;
    // Our own words come back through the store, perhaps before the save resolves: they are no news.
    this.#basis = words;
    try {
      await this.#save(words);
      this.problem = undefined;
      this.#dirty = this.#typed !== words;
    } catch (problem) {
      this.#basis = before;
      this.problem = problem;
    }
  }

  #arrived(now: string): void {
    if (!this.#dirty) this.#typed = undefined;
    else if (this.#typed !== undefined && now !== this.#basis) {
      this.#typed = rebase(this.#basis, this.#typed, now);
      this.#basis = now;
    }
  }

  #leaving(): () => void {
    const leave = () => void this.flush();
    const hidden = () => document.visibilityState === "hidden" && leave();
    document.addEventListener("visibilitychange", hidden);
    addEventListener("pagehide", leave);
    return () => {
      document.removeEventListener("visibilitychange", hidden);
      removeEventListener("pagehide", leave);
      leave();
    };
  }
}
