import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { LocalProblem } from "../problems";
import { HIGHEST } from "./keys";
import { IndexedDatabases } from "./indexeddb";
import { MemoryDatabases } from "./memory";
import type { Databases, Schema, Storage } from "./ports";

const SCHEMA: Schema = {
  notes: { key: "id", indexes: ["kind", "[kind+at]", "*tags"] },
  pairs: { key: "[a+b]" },
};

interface Note {
  id: string;
  kind: string;
  at: number;
  tags: string[];
}

const NOTES: Note[] = [
  { id: "a", kind: "x", at: 3, tags: ["red", "blue"] },
  { id: "b", kind: "x", at: 1, tags: [] },
  { id: "c", kind: "y", at: 2, tags: ["red"] },
  { id: "d", kind: "x", at: 3, tags: ["green"] },
];

let names = 0;

async function filled(databases: Databases): Promise<Storage> {
  const storage = await databases.open(`notes-${++names}`, SCHEMA, { strict: true });
  await storage.write(["notes"], (tx) => tx.putAll("notes", NOTES));
  return storage;
}

function ids(rows: Note[]): string {
  return rows.map((row) => row.id).join("");
}

describe.each([
  ["IndexedDB", () => new IndexedDatabases()],
  ["memory", () => new MemoryDatabases()],
])("storage in %s", (_name, make) => {
  it("gives rows by primary key, in the order asked for", async () => {
    const storage = await filled(make());
    const found = await storage.read(["notes"], (tx) => tx.many<Note>("notes", ["c", "nobody", "a"]));
    expect(found.map((row) => row?.id)).toEqual(["c", undefined, "a"]);
  });

  it("walks a compound index down, ties by primary key, up to a limit", async () => {
    const storage = await filled(make());
    const range = { index: "[kind+at]", from: ["x", 0], to: ["x", 9], down: true };
    expect(ids(await storage.read(["notes"], (tx) => tx.range<Note>("notes", range)))).toBe("dab");
    const two = await storage.read(["notes"], (tx) => tx.range<Note>("notes", { ...range, limit: 2 }));
    expect(ids(two)).toBe("da");
    const keys = await storage.read(["notes"], (tx) => tx.keys("notes", { ...range, limit: 2 }));
    expect(keys).toEqual(["d", "a"]);
  });

  it("finds nothing, and says so, in a range without room", async () => {
    const storage = await filled(make());
    for (const range of [
      { from: "b", to: "b", fromOpen: true },
      { from: "b", to: "b", toOpen: true },
      { from: "c", to: "b" },
    ]) {
      expect(await storage.read(["notes"], (tx) => tx.range("notes", range))).toEqual([]);
      expect(await storage.read(["notes"], (tx) => tx.keys("notes", { ...range, down: true }))).toEqual([]);
      expect(await storage.read(["notes"], (tx) => tx.count("notes", range))).toBe(0);
    }
  });

  it("finds a row under each element of a multiple index", async () => {
    const storage = await filled(make());
    const red = { index: "*tags", from: "red", to: "red" };
    expect(ids(await storage.read(["notes"], (tx) => tx.range<Note>("notes", red)))).toBe("ac");
    expect(await storage.read(["notes"], (tx) => tx.count("notes", red))).toBe(2);
  });

  it("leaves out open ends", async () => {
    const storage = await filled(make());
    const inside = { from: "a", to: "d", fromOpen: true, toOpen: true };
    expect(ids(await storage.read(["notes"], (tx) => tx.range<Note>("notes", inside)))).toBe("bc");
  });

  it("keeps rows under compound primary keys", async () => {
    const storage = await filled(make());
    await storage.write(["pairs"], (tx) =>
      tx.putAll("pairs", [
        { a: "k", b: 2 },
        { a: "k", b: 1 },
        { a: "l", b: 1 },
      ]),
    );
    const rows = await storage.read(["pairs"], (tx) => tx.range("pairs", { from: ["k", 0], to: ["k", 9] }));
    expect(rows).toEqual([
      { a: "k", b: 1 },
      { a: "k", b: 2 },
    ]);
    await storage.write(["pairs"], (tx) => tx.delete("pairs", ["k", 1]));
    expect(await storage.read(["pairs"], (tx) => tx.keys("pairs"))).toEqual([
      ["k", 2],
      ["l", 1],
    ]);
  });

  it("undoes a whole transaction when its work throws", async () => {
    const storage = await filled(make());
    const failing = storage.write(["notes"], async (tx) => {
      await tx.clear("notes");
      await tx.put("notes", { id: "z", kind: "x", at: 1, tags: [] });
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(ids(await storage.read(["notes"], (tx) => tx.range<Note>("notes")))).toBe("abcd");
  });

  it("copies values in and out", async () => {
    const storage = await filled(make());
    const mine: Note = { id: "m", kind: "x", at: 1, tags: ["mine"] };
    await storage.write(["notes"], (tx) => tx.put("notes", mine));
    mine.tags.push("later");
    const read = await storage.read(["notes"], (tx) => tx.get<Note>("notes", "m"));
    expect(read?.tags).toEqual(["mine"]);
  });

  it("lets writers of several connections take turns", async () => {
    const databases = make();
    const name = `turns-${++names}`;
    const [one, two] = [
      await databases.open(name, SCHEMA, { strict: true }),
      await databases.open(name, SCHEMA, { strict: true }),
    ];
    const bump = (storage: Storage): Promise<void> =>
      storage.write(["notes"], async (tx) => {
        const row = (await tx.get<Note>("notes", "n")) ?? { id: "n", kind: "x", at: 0, tags: [] };
        await tx.put("notes", { ...row, at: row.at + 1 });
      });
    await Promise.all([bump(one), bump(two), bump(one), bump(two)]);
    expect((await one.read(["notes"], (tx) => tx.get<Note>("notes", "n")))?.at).toBe(4);
  });

  it("refuses a closed database with a typed problem", async () => {
    const storage = await filled(make());
    storage.close();
    const reading = storage.read(["notes"], (tx) => tx.get("notes", "a"));
    await expect(reading).rejects.toMatchObject({ name: "LocalProblem", slug: "closed" });
  });

  it("forgets a database that is deleted", async () => {
    const databases = make();
    const storage = await filled(databases);
    storage.close();
    const name = `notes-${names}`;
    await databases.delete(name);
    expect(await databases.names()).not.toContain(name);
    const again = await databases.open(name, SCHEMA, { strict: true });
    expect(await again.read(["notes"], (tx) => tx.keys("notes", { from: "", to: HIGHEST }))).toEqual([]);
  });
});

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

describe("a newer schema", () => {
  it("drops a cache that it can't change, and refuses to drop what must survive", async () => {
    const databases = new IndexedDatabases();
    const name = `newer-${++names}`;
    const old = await databases.open(name, SCHEMA, { strict: false });
    await old.write(["notes"], (tx) => tx.putAll("notes", NOTES));
    old.close();
    await expect(databases.open(name, SCHEMA, { strict: true, version: 2 })).rejects.toBeInstanceOf(
      LocalProblem,
    );
    const fresh = await databases.open(name, SCHEMA, { strict: false, version: 2 });
    expect(await fresh.read(["notes"], (tx) => tx.count("notes"))).toBe(0);
  });
});
