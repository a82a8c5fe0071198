import { here } from "../../app/session.svelte";

const pause = 300;

/**
 * What stands in a form that is sent by a button: kept on this device while it is typed, so that a killed browser or a
 * closed tab loses nothing. Make it while a component starts; `value` changes only through `change`.
 */
export class Kept<T> {
  #value: T;
  #found = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unsaved = false;
  readonly #empty: T;
  readonly #isEmpty: (value: T) => boolean;
  readonly #door: ReturnType<ReturnType<typeof here>["draft"]>;

  /** @param key names the form, for example "reply.{feedback}"; @param isEmpty tells when nothing is worth keeping */
  constructor(key: string, empty: T, isEmpty: (value: T) => boolean) {
    this.#empty = empty;
    this.#value = $state.raw(empty);
    this.#isEmpty = isEmpty;
    this.#door = here().draft(key);
    void this.#read();
    $effect(() => this.#leaving());
  }

  get value(): T {
    return this.#value;
  }

  /** Something was found here from before. */
  get found(): boolean {
    return this.#found;
  }

  change(value: T): void {
    this.#value = value;
    this.#unsaved = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(), pause);
  }

  /** After it was sent, or thrown away on purpose. */
  async clear(): Promise<void> {
    clearTimeout(this.#timer);
    this.#unsaved = false;
    this.#value = this.#empty;
    this.#found = false;
    await this.#door.clear();
  }

  async #read(): Promise<void> {
    const kept = await this.#door.get();
    // Whoever began to type before the answer came is right.
    if (!kept || this.#unsaved) return;
    this.#value = kept.value as T;
    this.#found = true;
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#unsaved) return;
    this.#unsaved = false;
    if (this.#isEmpty(this.#value)) await this.#door.clear();
    else await this.#door.set(this.#value);
  }

  #leaving(): () => void {
    const leave = () => void this.#save();
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
