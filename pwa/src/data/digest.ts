// Short fingerprints by which device and server notice that they differ (twin of pathfolio_sync/digest.py).

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { base32 } from "./ids";

/** The running hash of a client that has sent nothing. */
export const CONSUMED_START = "0".repeat(32);

/** The chain of a space at seq 0. */
export const CHAIN_START = "0".repeat(16);

function hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** The chain value (16 hex digits) of a space after `mutation` touched `record`; never of content. */
export function chainNext(previous: string, record: string, mutation: string): string {
  return hex(previous + record + mutation).slice(0, 16);
}

/** The running hash (32 hex digits) of the mutation ids that a client has had consumed, in order. */
export function consumedHash(previous: string, mutation: string): string {
  return hex(previous + mutation).slice(0, 32);
}

/** `"count:hex16"` of a space's live rows `[record id, seq, rev number, rev mutation id]`, in any order. */
export function digest(rows: Iterable<readonly [string, number, number, string]>): string {
  let count = 0;
  let total = 0n;
  for (const row of rows) {
    count += 1;
    total ^= BigInt(`0x${hex(row.join(":")).slice(0, 16)}`);
  }
  return `${count}:${total.toString(16).padStart(16, "0")}`;
}

/** The short name (32 hex digits) of a vector `{space: [seq, chain, floor]}`: its canonical JSON, hashed. */
export function vectorHash(vector: Readonly<Record<string, readonly [number, string, number]>>): string {
  const sorted = Object.entries(vector).sort(([a], [b]) => (a < b ? -1 : 1));
  return hex(JSON.stringify(Object.fromEntries(sorted))).slice(0, 32);
}

/** An id (26 base32 characters) that every device derives alike. */
export function derivedId(text: string): string {
  return base32(sha256(utf8ToBytes(text))).slice(0, 26);
}
