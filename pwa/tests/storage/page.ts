// The contract in a page, for tests/e2e/test_storage.py: what it finds lies under `contract` of the window.

import { IndexedDatabases } from "../../src/data/ports/indexeddb";
import { CASES, ENDED, type Subject } from "./contract";

const databases = new IndexedDatabases();
const asItIs = (): Promise<void> => Promise.resolve();
// The disk has been made too small for what does not fit.
const subject: Subject = { databases, filled: asItIs, emptied: asItIs };

async function run(name: string): Promise<string> {
  const found = CASES.find((one) => one.name === name);
  if (found === undefined) return "no such case";
  try {
    await found.run(subject);
    return "";
  } catch (error) {
    return String(error);
  }
}

(window as unknown as { contract: object }).contract = {
  names: () => CASES.map(({ name }) => name),
  run,
  hang: () => new Promise<void>((ready) => void ENDED.hang(databases, ready)),
  look: () => ENDED.look(databases),
};
