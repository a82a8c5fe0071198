// Places of ordered entries: a fractional index with a random tail, so that two devices rarely choose the same one.

import { generateKeyBetween } from "fractional-indexing";
import type { Random } from "./ports/ports";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const TAIL = 3;

function tail(random: Random): string {
  let out = "";
  for (let index = 0; index < TAIL; index++) {
    // A fraction must not end in its zero digit.
    const lowest = index === TAIL - 1 ? 1 : 0;
    out += DIGITS.charAt(lowest + Math.floor(random.unit() * (DIGITS.length - lowest)));
  }
  return out;
}

export function placeBetween(before: string | null, after: string | null, random: Random): string {
  const exact = generateKeyBetween(before, after);
  const jittered = exact + tail(random);
  return after !== null && jittered >= after ? exact : jittered;
}

/** A place for `key` behind the entry `after` (null: first; undefined: last) among entries in order. */
export function placeFor(
  entries: readonly { key: string; p: string }[],
  key: string,
  after: string | null | undefined,
  random: Random,
): string {
  const others = entries.filter((entry) => entry.key !== key);
  const found = others.findIndex((entry) => entry.key === after);
  const index = after === null ? -1 : found === -1 ? others.length - 1 : found;
  const before = others[index]?.p ?? null;
  // Equal places may stand side by side until the server re-keys them: look for the next different one.
  const next = others.slice(index + 1).find((entry) => before === null || entry.p > before);
  return placeBetween(before, next?.p ?? null, random);
}
