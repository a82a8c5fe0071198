// What every storage keeps to is in tests/storage/contract.ts; here is what only one of them does.

import "fake-indexeddb/auto";
import { describe, expect, it, vi } from "vitest";
import { NOTES, SCHEMA, type Note } from "../../../tests/storage/contract";
import { LocalProblem } from "../problems";
import { IndexedDatabases } from "./indexeddb";
import { MemoryDatabases } from "./memory";
import type { Databases, Storage } from "./ports";

let names = 0;

async function filled(databases: Databases): Promise<Storage> {
  const storage = await databases.open(`notes-${++names}`, SCHEMA, { strict: true });
  await storage.write(["notes"], (tx) => tx.putAll("notes", NOTES));
  return storage;
}

function ids(rows: Note[]): string {
  return rows.map((row) => row.id).join("");
}

describe("a crash of the disk in memory", () => {
  it("drops what was not committed and keeps every strict commit", async () => {
    const disk = new MemoryDatabases();
    const storage = await filled(disk);
    const name = `notes-${names}`;
    const cut = storage.write(["notes"], async (tx) => {
      await tx.clear("notes");
      disk.crash();
      await tx.put("notes", { id: "z", kind: "x", at: 1, tags: [] });
    });
    await expect(cut).rejects.toBeInstanceOf(LocalProblem);
    const again = await disk.open(name, SCHEMA, { strict: true });
    expect(ids(await again.read(["notes"], (tx) => tx.range<Note>("notes")))).toBe("abcd");
  });

  it("may lose the newest commits of a relaxed database, never of a strict one", async () => {
    const disk = new MemoryDatabases();
    const relaxed = await disk.open("relaxed", SCHEMA, { strict: false });
    const strict = await filled(disk);
    for (const note of NOTES) await relaxed.write(["notes"], (tx) => tx.put("notes", note));
    disk.crash(2);
    const again = await disk.open("relaxed", SCHEMA, { strict: false });
    expect(ids(await again.read(["notes"], (tx) => tx.range<Note>("notes")))).toBe("ab");
    await expect(strict.read(["notes"], (tx) => tx.get("notes", "a"))).rejects.toBeInstanceOf(LocalProblem);
  });

  it("says when there is no room, and changes nothing", async () => {
    const disk = new MemoryDatabases();
    const storage = await filled(disk);
    disk.room = 0;
    const full = storage.write(["notes"], async (tx) => {
      await tx.delete("notes", "a");
      await tx.put("notes", { id: "z", kind: "x", at: 1, tags: [] });
    });
    await expect(full).rejects.toMatchObject({ slug: "quota" });
    expect(ids(await storage.read(["notes"], (tx) => tx.range<Note>("notes")))).toBe("abcd");
  });
});

describe("a disk that fails for a moment", () => {
  it("is tried again: nobody fetches everything anew for that", async () => {
    const databases = new IndexedDatabases();
    const name = `moment-${++names}`;
    const before = await databases.open(name, SCHEMA, { strict: false });
    await before.write(["notes"], (tx) => tx.putAll("notes", NOTES));
    before.close();
    const broken = new DOMException("the disk is busy", "UnknownError");
    vi.spyOn(indexedDB, "open").mockImplementationOnce(() => {
      throw broken;
    });
    const after = await databases.open(name, SCHEMA, { strict: false });
    expect(await after.read(["notes"], (tx) => tx.count("notes"))).toBe(4);
  });

  it("costs a cache, not the app, when it goes on failing", async () => {
    const databases = new IndexedDatabases();
    const name = `broken-${++names}`;
    const broken = new DOMException("the file is broken", "UnknownError");
    const opening = vi.spyOn(indexedDB, "open");
    for (let times = 0; times < 2; times++) {
      opening.mockImplementationOnce(() => {
        throw broken;
      });
    }
    const cache = await databases.open(name, SCHEMA, { strict: false });
    expect(await cache.read(["notes"], (tx) => tx.count("notes"))).toBe(0);
  });
});
