/** Pure rules of putting parts into an order; `after` is the key of the part in front, null for the first place. */

/** The key behind which `key` stands once it has moved to `place` (from 0) among `keys`. */
export function afterAt(keys: readonly string[], key: string, place: number): string | null {
  const others = keys.filter((each) => each !== key);
  const index = Math.max(0, Math.min(place, others.length));
  return others[index - 1] ?? null;
}

/** `keys` with `key` moved to `place` (from 0). */
export function withMoved(keys: readonly string[], key: string, place: number): string[] {
  const others = keys.filter((each) => each !== key);
  others.splice(Math.max(0, Math.min(place, others.length)), 0, key);
  return others;
}

/** Where a thing dragged to height `y` would land: the number of middles above it. */
export function placeAt(middles: readonly number[], y: number): number {
  return middles.filter((middle) => middle < y).length;
}
