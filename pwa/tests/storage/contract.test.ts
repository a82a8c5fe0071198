import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { IndexedDatabases } from "../../src/data/ports/indexeddb";
import { MemoryDatabases } from "../../src/data/ports/memory";
import { CASES, ENDED, type Subject } from "./contract";

function inMemory(): Subject {
  const databases = new MemoryDatabases();
  const room = (commits: number) => (): Promise<void> => Promise.resolve(void (databases.room = commits));
  return { databases, filled: room(0), emptied: room(Infinity) };
}

const NO_DISK = "says when there is no room, changes nothing, and goes on when there is room again";

describe("storage in memory", () => {
  it.each(CASES.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
    await one.run(inMemory());
    expect.assertions(0);
  });

  it("keeps what a program committed, and nothing of what it was in the middle of when it ended", async () => {
    const disk = new MemoryDatabases();
    const tab = disk.session();
    await new Promise<void>((ready) => void ENDED.hang(tab, ready).catch(() => undefined));
    tab.end();
    await ENDED.look(disk);
    expect(await disk.names()).toEqual([ENDED.name]);
  });
});

describe("storage on a model of IndexedDB", () => {
  const subject: Subject = {
    databases: new IndexedDatabases(),
    filled: () => Promise.resolve(),
    emptied: () => Promise.resolve(),
  };
  // The model's disk is never full.
  const cases = CASES.filter(({ name }) => name !== NO_DISK);
  it.each(cases.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
    await one.run(subject);
    expect.assertions(0);
  });
});
