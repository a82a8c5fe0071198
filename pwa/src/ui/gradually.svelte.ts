import { afterPaint } from "./after-paint";

/** About what fits the screen of a phone. */
const AT_ONCE = 6;

export interface Gradually<Row> {
  readonly rows: readonly Row[];
  /** All rows are mounted. */
  readonly whole: boolean;
}

/** A slow phone mounts what fits its screen, and the rest a little at a time: no press waits for fifty cards. */
export function gradually<Row>(all: () => readonly Row[]): Gradually<Row> {
  let most = $state(AT_ONCE);
  const rows = $derived(all().slice(0, most));
  const whole = $derived(most >= all().length);

  $effect(() => {
    if (whole) return undefined;
    // Named here, so that each step asks for the next.
    const next = most + AT_ONCE;
    return afterPaint(() => (most = next));
  });

  return {
    get rows() {
      return rows;
    },
    get whole() {
      return whole;
    },
  };
}
