/** How long something has been waiting, said the way a person would say it. */
export interface Waited {
  amount: number;
  unit: "minute" | "hour" | "day" | "week" | "month";
}

const MINUTE = 60_000;
const STEPS: readonly [Waited["unit"], number][] = [
  ["month", 30 * 24 * 60 * MINUTE],
  ["week", 7 * 24 * 60 * MINUTE],
  ["day", 24 * 60 * MINUTE],
  ["hour", 60 * MINUTE],
  ["minute", MINUTE],
];

/** The largest whole unit between `since` (RFC 3339) and `now` (ms); a clock that is behind counts as now. */
export function waited(since: string, now: number): Waited {
  const elapsed = Math.max(0, now - Date.parse(since));
  for (const [unit, size] of STEPS) {
    if (elapsed >= size) return { amount: Math.floor(elapsed / size), unit };
  }
  return { amount: 0, unit: "minute" };
}

/** "3 days", "1 hour" in the language given; undefined for less than a minute. */
export function waitedInWords(since: string, now: number, language: string): string | undefined {
  const { amount, unit } = waited(since, now);
  if (amount === 0) return undefined;
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(amount);
}
