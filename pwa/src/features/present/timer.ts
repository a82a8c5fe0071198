/** Minutes and seconds of a rehearsal: "0:00", "12:05". Hours run on as minutes. */
export function clockface(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** A stop watch that can be paused; `now` is a millisecond clock that never jumps (`performance.now`). */
export class StopWatch {
  #before = 0;
  #since: number | undefined;

  constructor(private readonly now: () => number = () => performance.now()) {}

  get running(): boolean {
    return this.#since !== undefined;
  }

  get elapsed(): number {
    return this.#before + (this.#since === undefined ? 0 : this.now() - this.#since);
  }

  start(): void {
    this.#since ??= this.now();
  }

  pause(): void {
    this.#before = this.elapsed;
    this.#since = undefined;
  }

  reset(): void {
    this.#before = 0;
    if (this.running) this.#since = this.now();
  }
}
