// Database `pathfolio-accounts`: who has used this browser, and who is signed in now.

import type { Databases, Schema, Storage } from "./ports/ports";
import type { Me } from "./shapes";

const SCHEMA: Schema = { people: { key: "id" }, state: { key: "key" } };

export interface PersonEntry {
  id: string;
  me: Me;
  /** What the person called this device. */
  device: string;
  /** On a shared device, while signed in: seals what stays after signing out. Base64; removed then. */
  key?: string;
  /** What was unsent at the last sign-out. */
  unsent: number;
}

interface CurrentRow {
  key: "current";
  person: string | null;
  /** Whose sign-out the server has not been told. */
  owes: string | null;
}

const NOBODY: CurrentRow = { key: "current", person: null, owes: null };

export class Directory {
  private constructor(private readonly storage: Storage) {}

  static async open(databases: Databases): Promise<Directory> {
    return new Directory(await databases.open("pathfolio-accounts", SCHEMA, { strict: true }));
  }

  async current(): Promise<{ entry: PersonEntry | undefined; owes: string | null }> {
    return this.storage.read(["people", "state"], async (tx) => {
      const row = (await tx.get<CurrentRow>("state", "current")) ?? NOBODY;
      const entry = row.person === null ? undefined : await tx.get<PersonEntry>("people", row.person);
      return { entry, owes: row.owes };
    });
  }

  people(): Promise<PersonEntry[]> {
    return this.storage.read(["people"], (tx) => tx.range<PersonEntry>("people"));
  }

  person(id: string): Promise<PersonEntry | undefined> {
    return this.storage.read(["people"], (tx) => tx.get<PersonEntry>("people", id));
  }

  signIn(entry: PersonEntry): Promise<void> {
    return this.storage.write(["people", "state"], async (tx) => {
      await tx.put("people", entry);
      await tx.put("state", { ...NOBODY, person: entry.id } satisfies CurrentRow);
    });
  }

  update(entry: PersonEntry): Promise<void> {
    return this.storage.write(["people"], (tx) => tx.put("people", entry));
  }

  /** `owes`: whose session the server should still end. */
  signOut(owes: string | null): Promise<void> {
    const row: CurrentRow = { ...NOBODY, owes };
    return this.storage.write(["state"], (tx) => tx.put("state", row));
  }

  remove(id: string): Promise<void> {
    return this.storage.write(["people"], (tx) => tx.delete("people", id));
  }
}
