// Times as they travel: RFC 3339, UTC, milliseconds.

export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Milliseconds since 1970; NaN if it is no time. */
export function msOf(time: string): number {
  return Date.parse(time);
}
