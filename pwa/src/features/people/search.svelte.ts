import { untrack } from "svelte";
import type { ApiPerson, Role } from "../../data";

export interface PeopleQuery {
  role?: Role;
  q?: string;
  cursor?: string;
}
type Ask = (query: PeopleQuery) => Promise<{ people: ApiPerson[]; next: string | null }>;

const pause = 250;

/** A search at the server while one types: the newest question wins, whatever order the answers come in. */
export class PeopleSearch {
  words = $state("");
  role = $state<Role | undefined>();
  found = $state.raw<ApiPerson[]>([]);
  problem = $state.raw<unknown>();
  /** An answer has come; before that an empty list means nothing. */
  answered = $state(false);
  #next = $state<string | null>(null);
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ask: Ask;

  /** @param online asks as soon as there is a network, and again when it comes back */
  constructor(ask: Ask, online: () => boolean) {
    this.#ask = ask;
    $effect(() => {
      if (online()) void untrack(() => this.again());
      return () => clearTimeout(this.#timer);
    });
  }

  get more(): boolean {
    return this.#next !== null;
  }

  find(change: { words?: string; role?: Role | undefined }): void {
    if (change.words !== undefined) this.words = change.words;
    if ("role" in change) this.role = change.role;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.again(), pause);
  }

  async again(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#read(undefined);
  }

  async next(): Promise<void> {
    if (this.#next !== null) await this.#read(this.#next);
  }

  async #read(cursor: string | undefined): Promise<void> {
    const question = ++this.#question;
    const q = this.words.trim();
    try {
      const answer = await this.#ask({
        ...(this.role && { role: this.role }),
        ...(q !== "" && { q }),
        ...(cursor !== undefined && { cursor }),
      });
      if (question !== this.#question) return;
      this.found = cursor === undefined ? answer.people : [...this.found, ...answer.people];
      this.#next = answer.next;
      this.problem = undefined;
      this.answered = true;
    } catch (error) {
      if (question === this.#question) this.problem = error;
    }
  }
}
