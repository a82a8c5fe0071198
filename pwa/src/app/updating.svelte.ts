/** A newer version that is ready to be used; whoever watches the service worker offers it here. */
class Updating {
  #use = $state.raw<(() => void) | undefined>();

  /** Shows the question. `use` changes over to the new version; it is called only when the person says so. */
  offer(use: () => void): void {
    this.#use = use;
  }

  get ready(): boolean {
    return this.#use !== undefined;
  }

  now(): void {
    this.#use?.();
    this.#use = undefined;
  }

  later(): void {
    this.#use = undefined;
  }
}

export const updating = new Updating();
