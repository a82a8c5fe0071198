// What every storage keeps to. The same cases run on the one in memory, on a model of IndexedDB, and in a real Chromium
// (tests/e2e/test_storage.py): the simulator stands on the first, people on the last.

import { HIGHEST } from "../../src/data/ports/keys";
import type { Databases, Range, Schema, Storage, Tx } from "../../src/data/ports/ports";
import { LocalProblem } from "../../src/data/problems";

export const SCHEMA: Schema = {
  notes: { key: "id", indexes: ["kind", "[kind+at]", "*tags"] },
  pairs: { key: "[a+b]" },
};

export interface Note {
  id: string;
  kind: string;
  at: number;
  tags: string[];
}

export const NOTES: Note[] = [
  { id: "a", kind: "x", at: 3, tags: ["red", "blue"] },
  { id: "b", kind: "x", at: 1, tags: [] },
  { id: "c", kind: "y", at: 2, tags: ["red"] },
  { id: "d", kind: "x", at: 3, tags: ["green"] },
];

/** A disk, and how to fill it up. */
export interface Subject {
  databases: Databases;
  /** The disk has no room for the 16 MB that come next until it is `emptied`. */
  filled(): Promise<void>;
  emptied(): Promise<void>;
}

export interface Case {
  name: string;
  run(subject: Subject): Promise<void>;
}

let names = 0;

function fresh(): string {
  return `contract-${++names}-${Math.random().toString(36).slice(2)}`;
}

function same(found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${a} instead of ${b}`);
}

async function refused(doing: Promise<unknown>, slug: string): Promise<void> {
  const error: unknown = await doing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LocalProblem) || error.slug !== slug)
    throw new Error(`${String(error)} instead of a problem called ${slug}`);
}

async function open(databases: Databases, name = fresh()): Promise<Storage> {
  return databases.open(name, SCHEMA, { strict: true });
}

async function filled(databases: Databases, name = fresh()): Promise<Storage> {
  const storage = await open(databases, name);
  await storage.write(["notes"], (tx) => tx.putAll("notes", NOTES));
  return storage;
}

async function ids(storage: Storage, range?: Range): Promise<string> {
  const rows = await storage.read(["notes"], (tx) => tx.range<Note>("notes", range));
  return rows.map((row) => row.id).join("");
}

const note = (id: string, at = 1): Note => ({ id, kind: "x", at, tags: [] });

const READING: Case[] = [
  {
    name: "gives rows by primary key, in the order asked for",
    async run({ databases }) {
      const storage = await filled(databases);
      const found = await storage.read(["notes"], (tx) => tx.many<Note>("notes", ["c", "nobody", "a"]));
      same(
        found.map((row) => row?.id ?? null),
        ["c", null, "a"],
      );
    },
  },
  {
    name: "walks a compound index down, ties by primary key, up to a limit",
    async run({ databases }) {
      const storage = await filled(databases);
      const range = { index: "[kind+at]", from: ["x", 0], to: ["x", 9], down: true };
      same(await ids(storage, range), "dab");
      same(await ids(storage, { ...range, limit: 2 }), "da");
      same(await storage.read(["notes"], (tx) => tx.keys("notes", { ...range, limit: 2 })), ["d", "a"]);
    },
  },
  {
    name: "orders an index by its key, then by the primary key",
    async run({ databases }) {
      const storage = await filled(databases);
      same(await ids(storage, { index: "kind" }), "abdc");
      same(await ids(storage, { index: "kind", down: true }), "cdba");
    },
  },
  {
    name: "orders numbers before texts before lists, in every table",
    async run({ databases }) {
      const storage = await open(databases);
      const keys = [["z"], "b", 10, 9, "a", ["a", 1], -1, ["a"]];
      await storage.write(["notes"], (tx) =>
        tx.putAll(
          "notes",
          keys.map((id) => ({ ...note(""), id })),
        ),
      );
      const found = await storage.read(["notes"], (tx) => tx.keys("notes"));
      same(found, [-1, 9, 10, "a", "b", ["a"], ["a", 1], ["z"]]);
    },
  },
  {
    name: "leaves a row without the field out of its index",
    async run({ databases }) {
      const storage = await filled(databases);
      await storage.write(["notes"], (tx) => tx.put("notes", { id: "e" }));
      same(await ids(storage, { index: "kind" }), "abdc");
      same(await ids(storage), "abcde");
    },
  },
  {
    name: "finds nothing, and says so, in a range without room",
    async run({ databases }) {
      const storage = await filled(databases);
      const ranges = [
        { from: "b", to: "b", fromOpen: true },
        { from: "b", to: "b", toOpen: true },
        { from: "c", to: "b" },
      ];
      for (const range of ranges) {
        same(await ids(storage, range), "");
        same(await storage.read(["notes"], (tx) => tx.keys("notes", { ...range, down: true })), []);
        same(await storage.read(["notes"], (tx) => tx.count("notes", range)), 0);
      }
    },
  },
  {
    name: "finds a row once under each element of a multiple index",
    async run({ databases }) {
      const storage = await filled(databases);
      const red = { index: "*tags", from: "red", to: "red" };
      same(await ids(storage, red), "ac");
      same(await storage.read(["notes"], (tx) => tx.count("notes", red)), 2);
      await storage.write(["notes"], (tx) => tx.put("notes", { ...note("b"), tags: ["red", "red"] }));
      same(await ids(storage, red), "abc");
    },
  },
  {
    name: "leaves out open ends",
    async run({ databases }) {
      const storage = await filled(databases);
      same(await ids(storage, { from: "a", to: "d", fromOpen: true, toOpen: true }), "bc");
    },
  },
  {
    name: "keeps rows under compound primary keys",
    async run({ databases }) {
      const storage = await open(databases);
      const [second, first, other] = [
        { a: "k", b: 2 },
        { a: "k", b: 1 },
        { a: "l", b: 1 },
      ];
      await storage.write(["pairs"], (tx) => tx.putAll("pairs", [second, first, other]));
      const range = { from: ["k", 0], to: ["k", 9] };
      same(await storage.read(["pairs"], (tx) => tx.range("pairs", range)), [first, second]);
      await storage.write(["pairs"], (tx) => tx.delete("pairs", ["k", 1]));
      same(await storage.read(["pairs"], (tx) => tx.keys("pairs")), [
        ["k", 2],
        ["l", 1],
      ]);
    },
  },
];

const WRITING: Case[] = [
  {
    name: "undoes a whole transaction when its work throws",
    async run({ databases }) {
      const storage = await filled(databases);
      const failing = storage.write(["notes", "pairs"], async (tx) => {
        await tx.clear("notes");
        await tx.put("pairs", { a: "k", b: 1 });
        await tx.put("notes", note("z"));
        throw new Error("changed my mind");
      });
      const error: unknown = await failing.catch((reason: unknown) => reason);
      same(String(error), "Error: changed my mind");
      same(await ids(storage), "abcd");
      same(await storage.read(["pairs"], (tx) => tx.count("pairs")), 0);
    },
  },
  {
    name: "refuses a row without a key, and keeps nothing of that transaction",
    async run({ databases }) {
      const storage = await filled(databases);
      const keyless = async (tx: Tx): Promise<void> => {
        await tx.delete("notes", "a");
        await tx.put("notes", { kind: "x" });
      };
      await refused(storage.write(["notes"], keyless), "storage");
      same(await ids(storage), "abcd");
    },
  },
  {
    name: "refuses to write where it was asked to read, and a table that it was not asked for",
    async run({ databases }) {
      const storage = await filled(databases);
      await refused(
        storage.read(["notes"], (tx) => tx.put("notes", note("z"))),
        "storage",
      );
      await refused(
        storage.write(["notes"], (tx) => tx.put("pairs", { a: "k", b: 1 })),
        "storage",
      );
      same(await ids(storage), "abcd");
    },
  },
  {
    name: "sees its own writes in the middle of a transaction, and nobody else's",
    async run({ databases }) {
      const storage = await filled(databases);
      const later = storage.read(["notes"], (tx) => tx.count("notes"));
      const seen = await storage.write(["notes"], async (tx) => {
        await tx.delete("notes", "a");
        return tx.count("notes");
      });
      same([await later, seen, await ids(storage)], [4, 3, "bcd"]);
    },
  },
  {
    name: "copies values in and out",
    async run({ databases }) {
      const storage = await filled(databases);
      const mine = { ...note("m"), tags: ["mine"] };
      await storage.write(["notes"], (tx) => tx.put("notes", mine));
      mine.tags.push("later");
      const read = await storage.read(["notes"], (tx) => tx.get<Note>("notes", "m"));
      same(read?.tags, ["mine"]);
      read?.tags.push("here");
      same((await storage.read(["notes"], (tx) => tx.get<Note>("notes", "m")))?.tags, ["mine"]);
    },
  },
  {
    name: "lets writers of several connections take turns",
    async run({ databases }) {
      const name = fresh();
      const [one, two] = [await open(databases, name), await open(databases, name)];
      const bump = (storage: Storage): Promise<void> =>
        storage.write(["notes"], async (tx) => {
          const row = (await tx.get<Note>("notes", "n")) ?? note("n", 0);
          await tx.put("notes", { ...row, at: row.at + 1 });
        });
      await Promise.all([bump(one), bump(two), bump(one), bump(two)]);
      same((await one.read(["notes"], (tx) => tx.get<Note>("notes", "n")))?.at, 4);
    },
  },
  {
    name: "gives a reader that began later what the writer before it wrote",
    async run({ databases }) {
      const name = fresh();
      const [one, two] = [await filled(databases, name), await open(databases, name)];
      const writing = one.write(["notes"], (tx) => tx.deleteAll("notes", ["a", "b"]));
      await writing;
      same(await ids(two), "cd");
    },
  },
];

const LIVING: Case[] = [
  {
    name: "refuses a closed database with a typed problem",
    async run({ databases }) {
      const storage = await filled(databases);
      storage.close();
      await refused(ids(storage), "closed");
    },
  },
  {
    name: "forgets a database that is deleted, and tells whoever has it open",
    async run({ databases }) {
      const name = fresh();
      const storage = await filled(databases, name);
      await databases.delete(name);
      same((await databases.names()).includes(name), false);
      await refused(ids(storage), "closed");
      const again = await open(databases, name);
      same(await again.read(["notes"], (tx) => tx.keys("notes", { from: "", to: HIGHEST })), []);
    },
  },
  {
    name: "makes a cache of another version anew, and closes it in the other tabs",
    async run({ databases }) {
      const name = fresh();
      const old = await databases.open(name, SCHEMA, { strict: false });
      await old.write(["notes"], (tx) => tx.putAll("notes", NOTES));
      const newer = await databases.open(name, SCHEMA, { strict: false, version: 2 });
      same(await ids(newer), "");
      await refused(ids(old), "closed");
      await newer.write(["notes"], (tx) => tx.putAll("notes", NOTES));
      // An older app, as when an update is taken back.
      const older = await databases.open(name, SCHEMA, { strict: false, version: 1 });
      same(await ids(older), "");
    },
  },
  {
    name: "refuses to drop what must survive",
    async run({ databases }) {
      const name = fresh();
      const old = await filled(databases, name);
      old.close();
      await refused(databases.open(name, SCHEMA, { strict: true, version: 2 }), "storage");
      same(await ids(await open(databases, name)), "abcd");
    },
  },
  {
    name: "says when there is no room, changes nothing, and goes on when there is room again",
    async run(subject) {
      const storage = await filled(subject.databases);
      await subject.filled();
      // Browsers press what they store: only noise takes room.
      const large = Uint32Array.from({ length: 1_000_000 }, () => Math.random() * 2 ** 32);
      const full = async (tx: Tx): Promise<void> => {
        await tx.delete("notes", "a");
        for (let n = 0; n < 4; n++) await tx.put("notes", { ...note(`large ${n}`), large });
      };
      await refused(storage.write(["notes"], full), "quota");
      same(await ids(storage), "abcd");
      await subject.emptied();
      await storage.write(["notes"], (tx) => tx.put("notes", note("e")));
      same(await ids(storage), "abcde");
    },
  },
];

export const CASES: Case[] = [...READING, ...WRITING, ...LIVING];

/** Says what a program that was ended found on its disk afterwards: each step is taken by another program. */
export const ENDED = {
  name: "contract-ended",
  /** Commits, then never ends its next transaction. Calls `ready` in the middle of that. */
  async hang(databases: Databases, ready: () => void): Promise<void> {
    const storage = await filled(databases, ENDED.name);
    await storage.write(["notes"], (tx) => tx.put("notes", note("e")));
    await storage.write(["notes"], async (tx) => {
      await tx.clear("notes");
      await tx.put("notes", note("z"));
      ready();
      // Keeps it open: a transaction lives while its own requests follow each other.
      for (;;) await tx.count("notes");
    });
  },
  async look(databases: Databases): Promise<void> {
    const storage = await open(databases, ENDED.name);
    same(await ids(storage), "abcde");
    await storage.write(["notes"], (tx) => tx.put("notes", note("f")));
    same(await ids(storage), "abcdef");
  },
};
