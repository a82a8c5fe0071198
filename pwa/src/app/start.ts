// Registers the service worker of the built client.

import { scriptUrl } from "../data";
import { watch } from "./update";

export async function start(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    watch(
      await navigator.serviceWorker.register(scriptUrl("/sw.js"), { scope: "/", updateViaCache: "none" }),
    );
  } catch {
    // Without it (a private window, a full disk) the app works as long as there is a network.
  }
}
