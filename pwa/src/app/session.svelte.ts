import type { Accounts, Api, ClassRow, Local, Me, PersonRow, SyncStatus } from "../data";

/** Who is signed in, for the screens. Set by App; screens of signed-in people may use `local` without asking. */
class Session {
  #local = $state.raw<Local | undefined>();
  status = $state.raw<SyncStatus | undefined>();
  people = $state.raw<readonly PersonRow[]>([]);
  /** Undefined until they are read. */
  classes = $state.raw<readonly ClassRow[] | undefined>();
  accounts!: Accounts;
  api!: Api;
  readonly #names = $derived(new Map(this.people.map((person) => [person.id, person.name])));
  #stop: (() => void)[] = [];

  get local(): Local | undefined {
    return this.#local;
  }

  get me(): Me | undefined {
    return this.#local?.me;
  }

  /** Undefined when this device has never heard of the person. */
  name(id: string): string | undefined {
    return id === this.me?.id ? this.me.name : this.#names.get(id);
  }

  /** Waiting for a teacher's yes. The person's own record knows first; `me` is from the time of the sign-in. */
  get pending(): boolean {
    const own = this.people.find(({ id }) => id === this.me?.id);
    return (own?.status ?? this.me?.status) === "pending";
  }

  enter(local: Local | undefined): void {
    for (const stop of this.#stop) stop();
    this.status = undefined;
    this.people = [];
    this.classes = undefined;
    this.#local = local;
    this.#stop = local
      ? [
          local.status.subscribe((status) => (this.status = status)),
          local.people().subscribe((people) => (this.people = people)),
          local.classes().subscribe((classes) => (this.classes = classes)),
        ]
      : [];
  }
}

export const session = new Session();

/** The signed-in person's data. Only for screens behind the sign-in. */
export function here(): Local {
  if (!session.local) throw new Error("no one is signed in");
  return session.local;
}
