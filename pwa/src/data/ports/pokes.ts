// Server-sent events of our own server.

import type { Pokes } from "./ports";

const NAMES = ["hello", "moved", "beat"] as const;

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text)) as unknown;
  } catch {
    return undefined;
  }
}

export const eventStream: Pokes = {
  open(on) {
    // Where no proxy stands in front, the server sends it on to another port: the cookie has to go along.
    const source = new EventSource("/api/pokes", { withCredentials: true });
    for (const name of NAMES)
      source.addEventListener(name, (event: MessageEvent) => on.word(name, parsed(event.data)));
    // The browser would try again by itself, always after the same few seconds.
    source.addEventListener("error", () => {
      source.close();
      on.over();
    });
    return () => source.close();
  },
};
