const day = 24 * 60 * 60 * 1000;
const kept = 30;

/** Whole days that something thrown away at `deleted` can still be brought back; never below zero. */
export function daysLeft(deleted: string, now: number): number {
  return Math.max(0, Math.ceil(kept - (now - new Date(deleted).getTime()) / day));
}
