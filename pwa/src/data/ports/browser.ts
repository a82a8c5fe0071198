// The browser's clock, randomness, locks, channels and surroundings.

import type { Broadcast, Channel, Clock, Locks, Random, Surroundings } from "./ports";

export const clock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export const random: Random = {
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  unit: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
};

export const locks: Locks = {
  hold: async (name, work, steal = false) => navigator.locks.request(name, { steal }, work),
  shared: async (name, work) => navigator.locks.request(name, { mode: "shared" }, work),
  ifFree: async (name, work) =>
    navigator.locks.request(name, { ifAvailable: true }, async (lock) =>
      lock === null ? undefined : work(),
    ),
};

export const broadcast: Broadcast = {
  open(name): Channel {
    const channel = new BroadcastChannel(name);
    return {
      post: (message) => channel.postMessage(message),
      listen(run) {
        const heard = (event: MessageEvent): void => run(event.data);
        channel.addEventListener("message", heard);
        return () => channel.removeEventListener("message", heard);
      },
      close: () => channel.close(),
    };
  },
};

/** A cookie that holds nothing of anybody: browsers that drop databases often keep it. */
const REMEMBERED = "pathfolio-here";

interface Connection {
  saveData?: boolean;
  type?: string;
}

export const around: Surroundings = {
  visible: () => document.visibilityState === "visible",
  listen(run) {
    const online = (): void => run("online");
    const seen = (): void => run(document.visibilityState === "visible" ? "visible" : "hidden");
    addEventListener("online", online);
    document.addEventListener("visibilitychange", seen);
    return () => {
      removeEventListener("online", online);
      document.removeEventListener("visibilitychange", seen);
    };
  },
  async persist() {
    const storage = navigator.storage as StorageManager | undefined;
    return (await storage?.persist?.()) ?? false;
  },
  language: () => (document.documentElement.lang || navigator.language).slice(0, 2),
  remembered: () => document.cookie.split("; ").includes(`${REMEMBERED}=1`),
  remember(signedIn) {
    const age = signedIn ? 400 * 24 * 3600 : 0;
    document.cookie = `${REMEMBERED}=1; Max-Age=${age}; Path=/; SameSite=Strict`;
  },
  reload: () => location.reload(),
  metered() {
    const connection = (navigator as Navigator & { connection?: Connection }).connection;
    return connection?.saveData === true || connection?.type === "cellular";
  },
};

/** A path that the service worker answers (sw/media.ts); undefined while none is in charge of this page. */
export function playingPath(person: string, key: string, mime: string): string | undefined {
  const worker = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
  if (!worker?.controller) return undefined;
  return `/offline-media/${person}/${key}?type=${encodeURIComponent(mime)}`;
}
