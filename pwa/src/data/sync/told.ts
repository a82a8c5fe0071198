// What a device tells of itself, for the page of those who run the school's server: when it changed, or once an hour.

import type { Core } from "../core";
import type { BaseState } from "../databases";

const EVERY_MS = 3600 * 1000;

interface Told {
  at: number;
  text: string;
}

const last = new WeakMap<Core, Told>();

/** Counts only; nothing of what anybody made. */
export function told(core: Core, state: BaseState): { device?: object } {
  const files = [...core.uploads.values()].filter((upload) => upload.state !== "verified").length;
  const waiting = core.overlay.all(state.confirmed).filter((row) => !row.sent).length;
  const device = { app: core.ports.app ?? "", waiting, files };
  const text = JSON.stringify(device);
  const before = last.get(core);
  const now = core.ports.clock.now();
  if (before?.text === text && Math.abs(now - before.at) < EVERY_MS) return {};
  last.set(core, { at: now, text });
  return { device };
}
