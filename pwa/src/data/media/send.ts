// Sends one file by the upload contract: asks what the server has, sends only what is missing, never twice.

import type { Upload } from "../media-shapes";
import type { Clock, MediaStore } from "../ports/ports";
import { ApiProblem, LocalProblem, TransportProblem } from "../problems";
import { ANEW, AWAY, isElsewhere, storageProblem } from "./bucket";
import { SIGNED_AT_ONCE, type Address, type Contract, type Part, type Status } from "./contract";
import { StreamHash, hashOf } from "./hash";
import { originalKey } from "./prepare";
import { pause } from "./pause";

const AT_ONCE = 2;
const TRIES = 4;
/** A browser does not tell a page that a bucket's address has ended, only that nothing came: soon ask for another one. */
const TRIES_ELSEWHERE = 2;
const ROUNDS_ELSEWHERE = 3;
const FIRST_MS = 1000;
/** Rounds of asking and sending, after addresses ended or a session was lost on the server. */
const ROUNDS = 6;
const PIECE = 1024 * 1024;
/** The address ended, or its upload has moved on: ask again where it stands. */
const ASK_AGAIN = new Set([
  "address_expired",
  "bad_address",
  "session_lost",
  "not_open",
  "parts_missing",
  "unknown_upload",
  ANEW,
]);

export interface Sending {
  contract: Contract;
  media: MediaStore;
  clock: Clock;
  signal: AbortSignal;
  progress(sent: number, of: number): Promise<void>;
}

/** Where the upload stands when all is sent, or when the server wants no more. Throws what the server or network said. */
export async function send(row: Upload, sending: Sending): Promise<Status> {
  let refused = 0;
  let had = 0;
  for (let round = 0; ; round++) {
    // This also tells whether it is the network that is gone, or only the storage.
    const status = await announce(row, sending);
    if (status.state !== "open") return status;
    if (status.have.length > had) refused = 0;
    had = status.have.length;
    try {
      await sendMissing(row, status, sending);
      return await sending.contract.complete(row.id, sending.signal);
    } catch (error) {
      if (!(error instanceof ApiProblem) || !ASK_AGAIN.has(error.slug)) throw error;
      if (error.slug === ANEW && ++refused >= ROUNDS_ELSEWHERE) throw storageProblem(AWAY);
      if (error.slug === ANEW) await pause(sending.clock, FIRST_MS * 2 ** refused, sending.signal);
      else if (round >= ROUNDS) throw error;
    }
  }
}

async function announce(row: Upload, { contract, signal }: Sending): Promise<Status> {
  const { id, sha256, size, mime, kind, captured_at } = row;
  return contract.announce({ upload_id: id, sha256, size, mime, kind, captured_at }, signal);
}

async function sendMissing(row: Upload, status: Status, sending: Sending): Promise<void> {
  const of = Math.ceil(row.size / status.part_size);
  const have = new Set(status.have.map(([n]) => n));
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter((n) => !have.has(n));
  let sent = have.size;
  await sending.progress(sent, of);
  for (let at = 0; at < missing.length; at += SIGNED_AT_ONCE) {
    const numbers = missing.slice(at, at + SIGNED_AT_ONCE);
    const parts: Part[] = [];
    for (const n of numbers) {
      const bytes = await partBytes(row, n, status.part_size, sending);
      parts.push({ n, size: bytes.length, sha256: hashOf(bytes) });
    }
    const addresses = await sending.contract.addresses(row.id, parts, sending.signal);
    await several(addresses, async (address) => {
      await putPart(address, await partBytes(row, address.n, status.part_size, sending), sending);
      sent += 1;
      await sending.progress(sent, of);
    });
  }
}

/** Two at a time; ends at the first failure, after what is under way. */
async function several(addresses: Address[], work: (address: Address) => Promise<void>): Promise<void> {
  const left = [...addresses];
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && !failed; next = left.shift()) {
      try {
        await work(next);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
}

async function partBytes(row: Upload, n: number, size: number, { media }: Sending): Promise<Uint8Array> {
  const from = (n - 1) * size;
  return media.read(originalKey(row.id), from, Math.min(row.size, from + size));
}

/** A cut connection stores nothing, so the whole part is sent again, a little later each time. */
async function putPart(
  address: Address,
  bytes: Uint8Array,
  { contract, clock, signal }: Sending,
): Promise<void> {
  const elsewhere = isElsewhere(address.url);
  for (let attempt = 1; ; attempt++) {
    try {
      await contract.put(address, bytes, signal);
      return;
    } catch (error) {
      if (!(error instanceof TransportProblem) || signal.aborted) throw error;
      if (elsewhere && attempt >= TRIES_ELSEWHERE) throw storageProblem(ANEW);
      if (attempt >= TRIES) throw error;
      await pause(clock, FIRST_MS * 2 ** (attempt - 1), signal);
    }
  }
}

/** Whether the bytes on this device are still those that were queued. */
export async function isWhole(row: Upload, media: MediaStore): Promise<boolean> {
  try {
    if ((await media.size(originalKey(row.id))) !== row.size) return false;
    const hash = new StreamHash();
    for (let at = 0; at < row.size; at += PIECE) {
      hash.add(await media.read(originalKey(row.id), at, Math.min(row.size, at + PIECE)));
    }
    return hash.end() === row.sha256;
  } catch (error) {
    if (error instanceof LocalProblem && error.slug === "not_found") return false;
    throw error;
  }
}
