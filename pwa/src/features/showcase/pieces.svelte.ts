import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { here } from "../../app/session.svelte";
import type { View } from "../../data";

type Artifact = View<"artifact">;
export type Showcase = View<"showcase">;
export type Part = Showcase["fields"]["items"][number];

/** The artifacts that a showcase names, each followed on its own. */
export class Pieces {
  readonly #held = new SvelteMap<string, Artifact | undefined>();
  readonly #answered = new SvelteSet<string>();
  readonly #wanted: string;

  /** Make it while a component starts; `parts` may be reactive. */
  constructor(parts: () => readonly Part[]) {
    // One string, so that a changed caption does not subscribe to everything again.
    this.#wanted = $derived(
      parts()
        .map((part) => part.artifact)
        .filter((id) => id !== undefined)
        .join(" "),
    );
    $effect(() => {
      const ids = this.#wanted === "" ? [] : this.#wanted.split(" ");
      const stops = ids.map((id) =>
        here()
          .one("artifact", id)
          .subscribe((view) => this.#take(id, view)),
      );
      return () => stops.forEach((stop) => stop());
    });
  }

  of(part: Part): Artifact | undefined {
    return part.artifact === undefined ? undefined : this.#held.get(part.artifact);
  }

  /** Every artifact has been looked for on this device. */
  get ready(): boolean {
    return this.#wanted === "" || this.#wanted.split(" ").every((id) => this.#answered.has(id));
  }

  #take(id: string, view: Artifact | undefined): void {
    this.#held.set(id, view);
    this.#answered.add(id);
  }
}
