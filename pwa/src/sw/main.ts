// The service worker: starts the app without a network, and answers media ranges from this device. A new version
// waits until a person uses it (`use`) or every tab is closed; it never takes over by itself.

import { mediaAnswer } from "./media";
import { dropOthers, fill, shellAnswer, type Shell } from "./shell";

declare const self: ServiceWorkerGlobalScope;
/** Put in at build. */
declare const SHELL: Shell;

self.addEventListener("install", (event) => {
  event.waitUntil(fill(SHELL));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers(SHELL).then(() => self.clients.claim()));
});

self.addEventListener("message", (event: ExtendableMessageEvent) => {
  if (event.data === "use") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  const answer = mediaAnswer(request) ?? shellAnswer(request, SHELL);
  if (answer !== undefined) event.respondWith(answer);
});
