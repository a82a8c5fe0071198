// What forms hold before it is saved: in the outbox database, so that a kill of the app loses nothing typed.

import type { Core } from "./core";
import { Cell, live, touches } from "./hub";
import type { Draft, Live } from "./shapes";
import { timeOf } from "./ports/time";

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
      const row: DraftRow = { key, value, at: timeOf(core.ports.clock.now()) };
      await core.outbox.write(["drafts"], (tx) => tx.put("drafts", row));
      told();
    },
    async clear() {
      await core.outbox.write(["drafts"], (tx) => tx.delete("drafts", key));
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

/** Why the app must not update itself now: forms that hold something, recordings, open editors. In this tab. */
export const held = new Cell<readonly string[]>([]);

export function hold(reason: string): () => void {
  const mark = `${reason}#${held.value.length}`;
  held.set([...held.value, mark]);
  let released = false;
  return () => {
    if (released) return;
    released = true;
    const at = held.value.indexOf(mark);
    held.set(held.value.filter((_, index) => index !== at));
  };
}
