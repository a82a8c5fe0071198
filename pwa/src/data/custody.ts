// Where work is: the least safe of an item's words and attachments.

import type { Upload } from "./media-shapes";
import type { Custody, CustodyState } from "./shapes";
import type { MediaInfo, WireRecord } from "./types.gen";
import { entriesOf, inOrder } from "./view";

const LEAST_SAFE_FIRST: readonly CustodyState[] = [
  "refused",
  "device",
  "wifi",
  "sending",
  "checking",
  "safe",
  "seen",
];

export function leastSafe(all: readonly Custody[]): Custody {
  const rank = (custody: Custody): number => LEAST_SAFE_FIRST.indexOf(custody.state);
  return all.reduce((least, next) => (rank(next) < rank(least) ? next : least), { state: "seen" } as Custody);
}

export function isSafe(custody: Custody): boolean {
  return custody.state === "safe" || custody.state === "seen";
}

export interface Around {
  /** Unconfirmed mutations of the record, and whether all of them may have reached the server. */
  waiting: number;
  sent: boolean;
  /** Why the server refused a change of this record. */
  refused: string | undefined;
  /** Another person marked it as seen. */
  seen: boolean;
  uploads: ReadonlyMap<string, Upload>;
  /** The person whose device this is. */
  person: string;
}

export function custodyOfWords(around: Around): Custody {
  if (around.refused !== undefined) return { state: "refused", reason: around.refused };
  if (around.waiting > 0) return { state: around.sent ? "sending" : "device" };
  return { state: around.seen ? "seen" : "safe" };
}

function ofServer(info: MediaInfo, seen: boolean): Custody {
  if (info.state === "verified") return { state: seen ? "seen" : "safe" };
  if (info.state === "verifying") return { state: "checking" };
  return { state: "refused", reason: info.reason ?? info.state };
}

function ofQueue(upload: Upload): Custody {
  switch (upload.state) {
    case "waiting":
      return upload.code === "storage_away" ? { state: "device", reason: "storage" } : { state: "device" };
    case "wifi":
      return { state: "wifi" };
    case "sending":
      return { state: "sending", sent: upload.sent, of: upload.of };
    case "checking":
      return { state: "checking" };
    case "verified":
      return { state: "safe" };
    case "refused":
      return { state: "refused", reason: upload.reason ?? "" };
  }
}

function ofAttachment(upload: string, record: WireRecord, around: Around): Custody {
  const info = record.media?.[upload];
  if (info?.state === "verified") return ofServer(info, around.seen);
  const queued = around.uploads.get(upload);
  if (queued !== undefined && queued.state !== "verified") return ofQueue(queued);
  // The school has told this device itself; that the record still says "verifying" is older news.
  if (queued !== undefined && info?.state !== "damaged" && info?.state !== "rejected")
    return { state: around.seen ? "seen" : "safe" };
  if (info !== undefined) return ofServer(info, around.seen);
  return { state: "device", reason: "elsewhere" };
}

export interface Part {
  what: "words" | "attachment";
  name: string;
  custody: Custody;
}

/** The words and each file of a record. */
export function partsOf(record: WireRecord, around: Around): Part[] {
  const parts: Part[] = [{ what: "words", name: "", custody: custodyOfWords(around) }];
  for (const { v } of inOrder(entriesOf(record, "attachments"))) {
    const { upload, name } = v as { upload?: unknown; name?: unknown };
    if (typeof upload !== "string") continue;
    parts.push({
      what: "attachment",
      name: typeof name === "string" ? name : "",
      custody: ofAttachment(upload, record, around),
    });
  }
  return parts;
}
