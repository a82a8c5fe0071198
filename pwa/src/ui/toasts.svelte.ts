/** Short messages at the foot of the screen. One at a time: the newest replaces the one before. */
export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "bad";
  undo?: () => void | Promise<unknown>;
}

/** Milliseconds: long enough to read aloud, and to reach for "undo". */
const toRead = 5000;
const toUndo = 10_000;

class Toasts {
  now = $state.raw<Toast | undefined>();
  #next = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Says what happened; with `undo` a button stands beside it for as long as the message shows. */
  show(text: string, options: { undo?: () => void | Promise<unknown>; tone?: "plain" | "bad" } = {}): void {
    this.now = {
      id: this.#next++,
      text,
      tone: options.tone ?? "plain",
      ...(options.undo && { undo: options.undo }),
    };
    this.hold(false);
  }

  /** A message someone is pointing at or has focused does not go away under them. */
  hold(on: boolean): void {
    clearTimeout(this.#timer);
    if (!on) this.#timer = setTimeout(() => this.close(), this.now?.undo ? toUndo : toRead);
  }

  close(): void {
    this.now = undefined;
  }
}

export const toasts = new Toasts();
