// What has not reached the school: how much it is, and all of it as one text to be kept elsewhere.

import type { Core } from "./core";
import type { OutboxRow } from "./databases";
import type { Upload } from "./media-shapes";
import type { Storage } from "./ports/ports";
import { timeOf } from "./ports/time";
import { toWire } from "./sync/wire";

/** Not a thing that anybody made. */
const UNCOUNTED = new Set(["seen", "settings"]);

function isThing({ op, value }: OutboxRow): boolean {
  return op !== "create" || !UNCOUNTED.has((value as { kind: string }).kind);
}

/** How many things (pieces, feedback, replies, ...) have words or files that the server has not confirmed. */
export async function countUnsent(outbox: Storage): Promise<number> {
  return outbox.read(["outbox", "uploads"], async (tx) => {
    const rows = await tx.range<OutboxRow>("outbox");
    const uploads = (await tx.range<Upload>("uploads")).filter((upload) => upload.state !== "verified");
    const things = rows.filter(isThing).map((row) => row.record);
    return new Set([...things, ...uploads.map((upload) => upload.artifact)]).size;
  });
}

export async function copyOfUnsent(core: Core): Promise<string> {
  return core.outbox.read(["outbox", "drafts", "uploads"], async (tx) => {
    const rows = await tx.range<OutboxRow>("outbox");
    const copy = {
      what: "Pathfolio: work that had not reached the school",
      person: { id: core.me.id, name: core.me.name },
      at: timeOf(core.ports.clock.now()),
      changes: rows.map(toWire),
      drafts: await tx.range("drafts"),
      files: await tx.range<Upload>("uploads"),
    };
    return JSON.stringify(copy, null, 2);
  });
}
