// What forms hold before it is saved: in the outbox database, so that a kill of the app loses nothing typed.

import type { Core } from "./core";
import { live, touches } from "./hub";
import type { Draft, Live } from "./shapes";
import { timeOf } from "./ports/time";
import { inUse } from "./updates";

interface DraftRow extends Draft {
  key: string;
}

export interface DraftDoor<T> {
  get(): Promise<Draft<T> | undefined>;
  set(value: T): Promise<void>;
  clear(): Promise<void>;
}

export function draft<T>(core: Core, key: string): DraftDoor<T> {
  const told = (): void => core.tell([], ["drafts"]);
  return {
    async get() {
      const row = await core.outbox.read(["drafts"], (tx) => tx.get<DraftRow>("drafts", key));
      return row === undefined ? undefined : { value: row.value as T, at: row.at };
    },
    async set(value) {
      if (!core.forms.has(key)) core.forms.set(key, hold(core));
      const row: DraftRow = { key, value, at: timeOf(core.ports.clock.now()) };
      await core.outbox.write(["drafts"], (tx) => tx.put("drafts", row));
      told();
    },
    async clear() {
      await core.outbox.write(["drafts"], (tx) => tx.delete("drafts", key));
      core.forms.get(key)?.();
      core.forms.delete(key);
      told();
    },
  };
}

export function drafts(core: Core): Live<{ key: string; at: string }[]> {
  return live(
    core.hub,
    async () => {
      const rows = await core.outbox.read(["drafts"], (tx) => tx.range<DraftRow>("drafts"));
      return rows.map(({ key, at }) => ({ key, at }));
    },
    (change) => touches(change, ["drafts"]),
  );
}

/** Keeps the app from updating itself, in every tab, until the release is called. */
export function hold(core: Core): () => void {
  let release: () => void = () => undefined;
  const held = new Promise<void>((done) => (release = done));
  void inUse(core.ports.locks, () => held);
  return release;
}
