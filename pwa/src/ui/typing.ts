import { rebase } from "./rebase";

const pause = 600;
const longest = 2500;

/** One text while it is being typed: when it is saved, and what becomes of it when other words arrive meanwhile. */
export class Typing {
  /** What the field shows while it differs, or may differ, from what is stored. */
  shown: string | undefined;
  /** Something is typed that is not durable yet. */
  dirty = false;
  /** The last problem of a save; what was typed is still in the field. */
  problem: unknown;
  #basis = "";
  /** While saves are under way: what the device held before them, and that with what they write. No news. */
  #held = "";
  readonly #echoes = new Set<string>();
  #saves = 0;
  #last = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since: number | undefined;
  readonly #save: (value: string) => Promise<unknown>;
  readonly #changed: () => void;

  /**
   * @param save resolves when the words are durable on this device
   * @param changed called after each change of `shown`, `dirty` or `problem`
   */
  constructor(save: (value: string) => Promise<unknown>, changed: () => void) {
    this.#save = save;
    this.#changed = changed;
  }

  /** A key was pressed: the field now holds `next`, the device `stored`. */
  type(next: string, stored: string): void {
    if (!this.dirty) this.#basis = stored;
    this.shown = next;
    this.dirty = true;
    clearTimeout(this.#timer);
    this.#since ??= Date.now();
    const left = longest - (Date.now() - this.#since);
    this.#timer = setTimeout(() => void this.flush(), Math.max(0, Math.min(pause, left)));
    this.#changed();
  }

  /** The device holds other words than before, from here or from elsewhere. */
  arrived(now: string): void {
    if (!this.dirty) this.shown = undefined;
    else if (this.shown !== undefined && this.#saves > 0) {
      if (!this.#echoes.has(now)) {
        this.shown = rebase(this.#held, this.shown, now);
        this.#held = now;
        this.#echoes.add(now);
      }
    } else if (this.shown !== undefined && now !== this.#basis) {
      this.shown = rebase(this.#basis, this.shown, now);
      this.#basis = now;
    }
    this.#changed();
  }

  /** Resolves when the words are saved, or could not be. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#since = undefined;
    const words = this.shown;
    if (!this.dirty || words === undefined) return Promise.resolve();
    // The same words are on their way already.
    if (this.#saves > 0 && words === this.#basis) return this.#last;
    return (this.#last = this.#keep(words));
  }

  async #keep(words: string): Promise<void> {
    const before = this.#basis;
    if (this.#saves === 0) this.#held = before;
    this.#echoes.add(before).add(words);
    this.#basis = words;
    this.#saves += 1;
    try {
      await this.#save(words);
      this.problem = undefined;
      this.dirty = this.shown !== words;
    } catch (problem) {
      this.#basis = before;
      this.problem = problem;
    }
    this.#saves -= 1;
    if (this.#saves === 0) this.#echoes.clear();
    this.#changed();
    // What arrived meanwhile was joined with the words, and nobody types on: that is kept too.
    if (this.#saves === 0 && this.#since === undefined && this.problem === undefined) await this.flush();
  }
}
