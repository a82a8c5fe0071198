// The databases of one person: the outbox, which must survive, and the cache, which may be dropped at any time.

import type { Databases, Schema, Storage } from "./ports/ports";
import type { Rev, WireMutation, WireRecord } from "./types.gen";

/** Strict durability. */
export const OUTBOX: Schema = {
  state: { key: "key" }, // one row "client"
  outbox: { key: "n", indexes: ["record"] }, // mutations not confirmed
  ring: { key: "id", indexes: ["confirmed"] }, // mutations confirmed, kept for a restore of the server
  drafts: { key: "key" }, // what forms hold
  uploads: { key: "id", indexes: ["artifact"] }, // the queue of files
};

/** Raise it with any change below: an older cache is dropped and fetched again. */
const CACHE_VERSION = 3;
export const CACHE: Schema = {
  state: { key: "key" }, // one row "base": how far the base is
  base: {
    key: "id",
    indexes: [
      "space",
      "[kind+shelf+created]",
      "[kind+shelf+space+created]",
      "[kind+shelf+by+created]",
      "[kind+about]",
      "*tags",
      "loose",
    ],
  },
  words: { key: "id", indexes: ["[kind+shelf+created]"] }, // folded words for the search
  aside: { key: "id", indexes: ["space"] }, // a space that is being replaced, until it is whole
  files: { key: "sha256" }, // frameworks
};

/** One row per save: the mutation as it will travel. */
export interface OutboxRow extends WireMutation {
  /** It may have reached the server: it can't be replaced any more. */
  sent: boolean;
}

export interface RingRow extends WireMutation {
  /** Server time at which it was confirmed. */
  confirmed: string;
}

export interface ClientRow {
  key: "client";
  id: string;
  /** The last epoch of the server to which ring and outbox were offered; null before the first pull. */
  epoch: string | null;
  /** The n of the next mutation. */
  next: number;
  /** Rows up to n have moved to the ring; the running hash there. */
  trimmed: { n: number; hash: string };
}

/** [seq, chain, floor]; floor is 0 once the space is whole. */
export type Cursor = [seq: number, chain: string, floor: number];
export type Vector = Record<string, Cursor>;

export interface SpaceDigest {
  count: number;
  /** 8 bytes as 16 hex digits. */
  xor: string;
}

export interface BaseState {
  key: "base";
  client: string;
  vector: Vector;
  /** Outbox rows up to here are in the base. */
  confirmed: number;
  /** Server time of the last pull that was applied. */
  now: string | null;
  /** Everything has been fetched once. */
  complete: boolean;
  digests: Record<string, SpaceDigest>;
  /** Spaces built aside at present. */
  replacing: string[];
  /** When all spaces are whole, drop what is in none of them. */
  sweep: boolean;
  /** Spaces whose digest was wrong, to be reported with the next pull. */
  mismatch: string[];
  /** Server time of the last replacement after a wrong digest, by space. */
  mended: Record<string, string>;
  /** Whole spaces whose digest was the school's when they were last compared, and which have not moved since. */
  agreed: string[];
}

export interface BaseRow {
  id: string;
  space: string;
  kind: string;
  shelf: "live" | "trash";
  by: string;
  created: string;
  about: string;
  /** Made by `tagKey`. */
  tags: string[];
  /** The author, if a file of it is not verified yet. */
  loose?: string;
  /** The row's part of the digest of its space. */
  print: string;
  body: WireRecord;
}

export interface WordsRow {
  id: string;
  kind: string;
  shelf: "live" | "trash";
  created: string;
  text: string;
}

export type { Rev };

export function outboxName(person: string): string {
  return `pathfolio-${person}-outbox`;
}

export function cacheName(person: string): string {
  return `pathfolio-${person}-cache`;
}

export interface Stores {
  outbox: Storage;
  cache: Storage;
}

export async function openStores(databases: Databases, person: string): Promise<Stores> {
  const outbox = await databases.open(outboxName(person), OUTBOX, { strict: true });
  const cache = await databases.open(cacheName(person), CACHE, { strict: false, version: CACHE_VERSION });
  return { outbox, cache };
}
