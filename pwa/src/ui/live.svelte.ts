import type { Live } from "../data";

export interface Followed<T> {
  readonly now: T | undefined;
  /** The first answer has come; until then `now` undefined means nothing. */
  readonly ready: boolean;
}

/**
 * Follows a live query from a component. `source` may read reactive values: the query is replaced when they change.
 * An old answer stays visible while a new query is being read.
 */
export function live<T>(source: () => Live<T> | undefined): Followed<T> {
  let now = $state.raw<T | undefined>();
  let ready = $state(false);
  $effect(() =>
    source()?.subscribe((value) => {
      now = value;
      ready = true;
    }),
  );
  return {
    get now() {
      return now;
    },
    get ready() {
      return ready;
    },
  };
}
