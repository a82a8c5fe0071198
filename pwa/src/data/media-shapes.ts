// The queue of files as the engine sees it (its work is in media/).

import type { Core } from "./core";
import type { MediaStore } from "./ports/ports";
import type { AttachMeta } from "./shapes";

/** One file on its way to school; a row of `uploads` in the outbox database. */
export interface Upload {
  id: string;
  artifact: string;
  kind: "photo" | "video" | "audio" | "document" | "file";
  name: string;
  mime: string;
  size: number;
  sha256: string;
  width?: number;
  height?: number;
  thumbhash?: string;
  captured_at: string | null;
  state: "waiting" | "wifi" | "sending" | "checking" | "verified" | "refused";
  /** Parts of the file that arrived. */
  sent: number;
  of: number;
  reason?: string;
  /** The server's slug for the reason. */
  code?: string;
  queued: string;
  /** When the server proved that it holds the file. */
  done?: string;
}

/** What media/ offers to the engine. */
export interface MediaWork {
  /** Strips, hashes and keeps the bytes of a file; gives its row, which the engine saves with the attachment. */
  prepare(file: Blob, meta: AttachMeta & { upload: string }, core: Core, store: MediaStore): Promise<Upload>;
  /** The queue that sends files. */
  queue(core: Core, store: MediaStore): { run(signal: AbortSignal): Promise<"idle" | "later"> };
}
