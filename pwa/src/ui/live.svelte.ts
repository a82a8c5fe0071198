import type { Live } from "../data";

/**
 * Follows a live query from a component. `source` may read reactive values: the query is replaced when they change.
 * `now` is undefined until the first answer; an old answer stays visible while a new query is being read.
 */
export function live<T>(source: () => Live<T> | undefined): { readonly now: T | undefined } {
  let now = $state.raw<T | undefined>();
  $effect(() => source()?.subscribe((value) => (now = value)));
  return {
    get now() {
      return now;
    },
  };
}
