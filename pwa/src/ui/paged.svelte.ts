import type { Live, Page } from "../data";
import { afterPaint } from "./after-paint";
import { extent } from "./extent";
import { live } from "./live.svelte";

/** What fits a screen: a slow phone shows it sooner, and reads on when it is painted. */
const FEW = 12;
const STEP = 50;

export interface Paged<Row> {
  readonly rows: readonly Row[];
  readonly ready: boolean;
  /** The first step is whole: `more` and the number of rows mean something. */
  readonly settled: boolean;
  readonly more: boolean;
  next: () => void;
  /** For another question. */
  restart: () => void;
}

/** Follows a list that grows by steps. `source` may read reactive values. */
export function paged<Row>(source: (limit: number) => Live<Page<Row>> | undefined): Paged<Row> {
  let limit = $state(Math.max(FEW, extent.coming));
  const found = live(() => source(limit));
  const growing = $derived(limit === FEW && found.now?.more === true);

  $effect(() => {
    extent.now = limit;
    return () => (extent.now = 0);
  });

  $effect(() => (growing ? afterPaint(() => (limit = STEP)) : undefined));

  return {
    get rows() {
      return found.now?.rows ?? [];
    },
    get ready() {
      return found.ready;
    },
    get settled() {
      return found.now !== undefined && !growing;
    },
    get more() {
      return !growing && found.now?.more === true;
    },
    next: () => (limit += STEP),
    restart: () => (limit = FEW),
  };
}
