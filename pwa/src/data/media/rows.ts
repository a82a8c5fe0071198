// The queue's rows in the outbox database, and the files they stand for on this device.

import type { Upload } from "../media-shapes";
import type { MediaStore, Storage } from "../ports/ports";
import { msOf } from "../ports/time";
import { originalKey } from "./prepare";

const TABLE = "uploads";
const KEPT_MS = 30 * 24 * 3600 * 1000;

export class Rows {
  constructor(
    private readonly outbox: Storage,
    private readonly media: MediaStore,
    /** Called with the artifacts whose files changed. */
    private readonly changed: (artifacts: string[]) => void,
  ) {}

  /** Small files first, then the oldest: a long video does not hold up photos. */
  async all(): Promise<Upload[]> {
    const rows = await this.outbox.read([TABLE], (tx) => tx.range<Upload>(TABLE));
    return rows.sort((a, b) => a.size - b.size || (a.queued < b.queued ? -1 : 1));
  }

  /** Changes a row that is still there. */
  async change(id: string, changes: Partial<Upload>): Promise<void> {
    const artifact = await this.outbox.write([TABLE], async (tx) => {
      const row = await tx.get<Upload>(TABLE, id);
      if (row === undefined) return undefined;
      const { reason: _reason, code: _code, ...rest } = row;
      await tx.put(TABLE, { ...rest, ...changes });
      return row.artifact;
    });
    if (artifact !== undefined) this.changed([artifact]);
  }

  /** Frees the bytes of what has been safe at school for 30 days. */
  async tidy(now: number): Promise<void> {
    for (const row of await this.all()) {
      if (row.state === "verified" && row.done !== undefined && msOf(row.done) + KEPT_MS < now)
        await this.free(row);
    }
  }

  private async free(row: Upload): Promise<void> {
    await this.media.delete(originalKey(row.id));
    await this.outbox.write([TABLE], (tx) => tx.delete(TABLE, row.id));
    this.changed([row.artifact]);
  }
}
