// Order of keys as IndexedDB has it (numbers before strings before arrays), and key paths such as `[kind+created]`.

import type { Key, Range } from "./ports";

export function compareKeys(a: Key, b: Key): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b);
  return rank(a) - rank(b);
}

function rank(key: Key): number {
  return typeof key === "number" ? 0 : typeof key === "string" ? 1 : 2;
}

function compareLists(a: Key[], b: Key[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    const order = compareKeys(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

export function inRange(key: Key, range: Range): boolean {
  if (range.from !== undefined) {
    const order = compareKeys(key, range.from);
    if (order < 0 || (order === 0 && range.fromOpen === true)) return false;
  }
  if (range.to !== undefined) {
    const order = compareKeys(key, range.to);
    if (order > 0 || (order === 0 && range.toOpen === true)) return false;
  }
  return true;
}

function isKey(value: unknown): value is Key {
  return (
    typeof value === "string" ||
    (typeof value === "number" && !Number.isNaN(value)) ||
    (Array.isArray(value) && value.every(isKey))
  );
}

/** The keys under which a row stands in an index; none when a part is missing, several for `*path`. */
export function keysOf(row: object, path: string): Key[] {
  const at = (name: string): unknown => (row as Record<string, unknown>)[name];
  if (path.startsWith("[")) {
    const parts = path.slice(1, -1).split("+").map(at);
    return parts.every(isKey) ? [parts] : [];
  }
  const value = at(path.replace(/^\*/, ""));
  if (path.startsWith("*")) return Array.isArray(value) ? [...new Set(value.filter(isKey))] : [];
  return isKey(value) ? [value] : [];
}

/** Above every string that begins with `prefix`. */
export const HIGHEST = "\uffff";
