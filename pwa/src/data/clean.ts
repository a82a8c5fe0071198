// What people type, as the server will have it: NFC, no NUL, no half surrogates; and the limits checked before saving.

import { LocalProblem } from "./problems";

export const TEXT_LIMIT_BYTES = 64 * 1024;
const MUTATION_LIMIT_BYTES = 200 * 1024;
const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export function cleanText(text: string): string {
  return text.replaceAll("\0", "").replace(HALF, "\ufffd").normalize("NFC");
}

/** The same for every text inside a JSON value. Throws LocalProblem `invalid` for what JSON can't hold. */
export function cleanValue(value: unknown): unknown {
  if (typeof value === "string") return cleanText(value);
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map(cleanValue);
  if (typeof value === "object") {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(entries.map(([key, inner]) => [cleanText(key), cleanValue(inner)]));
  }
  throw new LocalProblem("invalid", "This can't be saved.");
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

export function checkText(text: string): void {
  if (bytes(text) > TEXT_LIMIT_BYTES) {
    throw new LocalProblem("too_large", "This text is too long to be saved. Please shorten it or split it.");
  }
}

export function checkSize(value: unknown): void {
  if (value !== null && bytes(JSON.stringify(value)) > MUTATION_LIMIT_BYTES) {
    throw new LocalProblem("too_large", "This is too much to be saved at once.");
  }
}
