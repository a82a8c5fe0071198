// What the school's storage says when it is a bucket: S3's own answers, in the words of the school's.

import type { Answer } from "../ports/ports";
import { ApiProblem } from "../problems";

/** Another address may do. Nothing that a page may read came back, or a refusal: browsers hide many from pages. */
export const ANEW = "storage_anew";
export const AWAY = "storage_away";
/** What concerns all files and no words. */
export const OF_STORAGE = new Set([AWAY, "storage_refuses"]);

const OTHER_BYTES = new Set([
  "XAmzContentSHA256Mismatch",
  "XAmzContentChecksumMismatch",
  "BadDigest",
  "InvalidDigest",
]);

/** Whether an address leads to a bucket, not to the school's own server. */
export function isElsewhere(url: string): boolean {
  return /^https?:/.test(url);
}

export function storageProblem(slug: string, status = 503): ApiProblem {
  return new ApiProblem(slug, "", status);
}

/** Throws what a bucket's answer to a part means, unless the part was taken. */
export function checkTaken({ status, code = "" }: Answer): void {
  if (status >= 200 && status < 300) return;
  if (status === 400 && OTHER_BYTES.has(code)) throw storageProblem("wrong_bytes", status);
  if (status === 404 && code === "NoSuchUpload") throw storageProblem("session_lost", status);
  // Ended, or signed with a key that was changed since. A bucket that is full stays full.
  if (status === 403 && code !== "QuotaExceeded") throw storageProblem(ANEW, status);
  throw storageProblem(AWAY);
}
