/** What the watch needs of `document`; a test passes its own. */
export interface Foreground {
  readonly visibilityState: DocumentVisibilityState;
  addEventListener(type: "visibilitychange", listener: () => void): void;
  removeEventListener(type: "visibilitychange", listener: () => void): void;
}

/**
 * Calls `done` once the page has been in the foreground for `milliseconds` without a break.
 *
 * A page that a browser preloads or that lies behind another tab has been seen by nobody, so the wait starts
 * again each time the page comes to the front. Returns a function that gives up.
 */
export function afterForeground(
  milliseconds: number,
  done: () => void,
  page: Foreground = document,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    clearTimeout(timer);
    page.removeEventListener("visibilitychange", restart);
  }

  function restart(): void {
    clearTimeout(timer);
    if (page.visibilityState !== "visible") return;
    timer = setTimeout(() => {
      stop();
      done();
    }, milliseconds);
  }

  page.addEventListener("visibilitychange", restart);
  restart();
  return stop;
}
