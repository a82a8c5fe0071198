import type { Component } from "svelte";
import type { View } from "../../data";

type Panel = { default: Component<{ artifact: View<"artifact"> }> };

/** Feedback comes after the work itself: its code is loaded when the page already stands. */
export async function feedbackPanel(): Promise<Panel | undefined> {
  const [load] = Object.values(import.meta.glob<Panel>("../feedback/FeedbackPanel.svelte"));
  // Without it (a chunk that was never fetched, no network) the work itself can still be read and changed.
  return load?.().catch(() => undefined);
}
