import { untrack } from "svelte";
import { Typing } from "./typing";

/**
 * One text that saves itself: a moment after the last key, and at once when the field or the page is left.
 * Make it while a component starts. Bind an input to `value`.
 */
export class Autosave {
  #version = $state(0);
  readonly #typing: Typing;
  readonly #stored: () => string;

  /**
   * @param stored what the device holds now (reactive)
   * @param save resolves when the words are durable on this device
   */
  constructor(stored: () => string, save: (value: string) => Promise<unknown>) {
    this.#stored = stored;
    this.#typing = new Typing(save, () => (this.#version += 1));
    $effect(() => {
      const now = stored();
      untrack(() => this.#typing.arrived(now));
    });
    $effect(() => this.#leaving());
  }

  get value(): string {
    return this.#now().shown ?? this.#stored();
  }

  set value(next: string) {
    if (next !== this.value) this.#typing.type(next, this.#stored());
  }

  /** Something is typed that is not durable yet. */
  get dirty(): boolean {
    return this.#now().dirty;
  }

  /** The last problem of a save; what was typed is still in the field. */
  get problem(): unknown {
    return this.#now().problem;
  }

  flush(): Promise<void> {
    return this.#typing.flush();
  }

  /** Read through the version, so that who reads is told of changes. */
  #now(): Typing {
    void this.#version;
    return this.#typing;
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
