/** What browsers with an install prompt send; not in TypeScript's library because only some have it. */
interface InstallPrompt extends Event {
  prompt(): Promise<{ outcome: "accepted" | "dismissed" }>;
}

/** Whether and how Pathfolio can be installed here. */
class Install {
  installed = $state(
    matchMedia("(display-mode: standalone)").matches ||
      ("standalone" in navigator && navigator.standalone === true),
  );
  #prompt = $state.raw<InstallPrompt | undefined>();
  /** iOS and iPadOS have no prompt, and an installed app there starts without the browser's data. */
  readonly ios = "standalone" in navigator;

  constructor() {
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.#prompt = event as InstallPrompt;
    });
    addEventListener("appinstalled", () => (this.installed = true));
  }

  get possible(): boolean {
    return this.#prompt !== undefined;
  }

  async now(): Promise<void> {
    await this.#prompt?.prompt();
    this.#prompt = undefined;
  }
}

export const install = new Install();
