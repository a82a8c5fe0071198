/** Full screen where the browser offers it; an iPhone does not, there the page itself fills the viewport. */
export async function enterFullScreen(element: HTMLElement): Promise<boolean> {
  // Without a press just before (an opened link, a reload) the browser refuses, and says so in the console.
  if (!document.fullscreenEnabled || !navigator.userActivation.isActive) return false;
  try {
    await element.requestFullscreen({ navigationUI: "hide" });
    return true;
  } catch {
    return false;
  }
}

export async function leaveFullScreen(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen().catch(() => undefined);
}
