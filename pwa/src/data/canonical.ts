// Canonical JSON (RFC 8785): one text per value, so that two sides can compare byte for byte.

/**
 * The RFC 8785 form of a JSON value.
 * Numbers and strings of ECMAScript's JSON.stringify are canonical already; what is left is the order of keys, which is
 * that of UTF-16 code units, JavaScript's own.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, held]) => held !== undefined);
  const sorted = entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([key, held]) => `${JSON.stringify(key)}:${canonical(held)}`).join(",")}}`;
}
