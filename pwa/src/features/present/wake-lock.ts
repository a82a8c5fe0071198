/** What is needed of `navigator` and `document`; missing wake lock support is a normal case (older phones). */
interface Screen {
  wakeLock?: { request(type: "screen"): Promise<{ release(): Promise<void> }> };
}

/**
 * Keeps the screen awake until the returned function is called.
 *
 * A browser drops the lock whenever the page is hidden, so it is asked for again when the page comes back. Where the
 * browser has none, or refuses (battery saver), presenting goes on and the screen dims as usual.
 */
export function keepAwake(screen: Screen = navigator, page: Document = document): () => void {
  let held: { release(): Promise<void> } | undefined;
  let wanted = true;

  async function ask(): Promise<void> {
    if (!wanted || !screen.wakeLock || page.visibilityState !== "visible") return;
    try {
      const lock = await screen.wakeLock.request("screen");
      if (wanted) held = lock;
      else await lock.release();
    } catch {
      held = undefined;
    }
  }

  const again = (): void => void ask();
  page.addEventListener("visibilitychange", again);
  again();
  return () => {
    wanted = false;
    page.removeEventListener("visibilitychange", again);
    void held?.release().catch(() => undefined);
  };
}
