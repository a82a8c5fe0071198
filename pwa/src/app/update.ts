// A newer version of the app: found by the browser, installed aside by its service worker, used when a person says so
// and no tab of this browser holds an open form, a recording or a save.

import { whenFree } from "../data";
import { updating } from "./updating.svelte";

const LOOK_EVERY_MS = 3600_000;

function offer(waiting: ServiceWorker): void {
  updating.offer(() => {
    // The answer of the new worker is `controllerchange`, in every tab.
    void whenFree(() => waiting.postMessage("use"));
  });
}

/** Watches a registration from now on. */
export function watch(registration: ServiceWorkerRegistration): void {
  const { serviceWorker } = navigator;
  let hadOne = serviceWorker.controller !== null;
  if (registration.waiting !== null && hadOne) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const fresh = registration.installing;
    fresh?.addEventListener("statechange", () => {
      if (fresh.state === "installed" && serviceWorker.controller !== null) offer(fresh);
    });
  });
  serviceWorker.addEventListener("controllerchange", () => {
    // The very first one brings nothing new; one that follows it does, also in a page that never was opened anew.
    if (hadOne) location.reload();
    hadOne = true;
  });
  let looked = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || Date.now() - looked < LOOK_EVERY_MS) return;
    looked = Date.now();
    registration.update().catch(() => undefined);
  });
}
