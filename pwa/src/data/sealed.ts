// On a device marked shared: what one person leaves behind at sign-out, encrypted with a key that only that person's
// next sign-in returns (AES-GCM). Database `pathfolio-sealed`: one row per person and one per megabyte of file.

import { OUTBOX, outboxName, type ClientRow, type OutboxRow } from "./databases";
import type { Upload } from "./media-shapes";
import type { Crypto, Databases, MediaStore, Schema, Storage, Tx } from "./ports/ports";

const SCHEMA: Schema = {
  people: { key: "person" },
  files: { key: "[person+key+n]", indexes: ["person"] },
};
const TABLES = Object.keys(OUTBOX);
const PART = 1024 * 1024;

type Contents = Record<string, object[]>;
interface SealedRow {
  person: string;
  bytes: Uint8Array;
}
interface SealedPart {
  person: string;
  key: string;
  n: number;
  bytes: Uint8Array;
}

async function everything(tx: Tx): Promise<Contents> {
  const all: Contents = {};
  for (const table of TABLES) all[table] = await tx.range<object>(table);
  return all;
}

/** Into an empty outbox as it was; behind what another client id has written since, numbered on, ids kept. */
async function putBack(tx: Tx, contents: Contents): Promise<void> {
  const here = await tx.get<ClientRow>("state", "client");
  if (here === undefined) {
    for (const [table, rows] of Object.entries(contents)) await tx.putAll(table, rows);
    return;
  }
  const [sealed] = contents["state"] as ClientRow[];
  // The app was ended before the outbox was emptied: what is there is the same, or newer.
  if (sealed === undefined || sealed.id === here.id) return;
  const waiting = contents["outbox"] as OutboxRow[];
  await tx.putAll(
    "outbox",
    waiting.map((row) => ({ ...row, n: here.next++ })),
  );
  await tx.put("state", here);
  for (const [table, key] of [
    ["ring", "id"],
    ["drafts", "key"],
    ["uploads", "id"],
  ] as const) {
    const known = new Set(await tx.keys(table));
    const rows = contents[table] as Record<string, string>[];
    await tx.putAll(
      table,
      rows.filter((row) => !known.has(row[key] ?? "")),
    );
  }
}

export class Sealed {
  private storage: Promise<Storage> | undefined;
  constructor(
    private readonly databases: Databases,
    private readonly crypto: Crypto,
  ) {}

  private open(): Promise<Storage> {
    return (this.storage ??= this.databases.open("pathfolio-sealed", SCHEMA, { strict: true }));
  }

  /**
   * Encrypts the outbox database and the files not yet safe, and empties it in the moment in which it is what was
   * encrypted: another tab may save until then, and can't any more after it. Empty already: nothing is done.
   */
  async seal(person: string, key: Uint8Array, media: MediaStore): Promise<void> {
    const outbox = await this.databases.open(outboxName(person), OUTBOX, { strict: true });
    try {
      for (;;) {
        const contents = await outbox.read(TABLES, everything);
        if (contents["state"]?.length === 0) return;
        const text = JSON.stringify(contents);
        const uploads = (contents["uploads"] as Upload[]).filter((upload) => upload.state !== "verified");
        await this.sealAll(person, key, media, uploads, text);
        const emptied = await outbox.write(TABLES, async (tx) => {
          if (JSON.stringify(await everything(tx)) !== text) return false;
          for (const table of TABLES) await tx.clear(table);
          return true;
        });
        if (emptied) return;
      }
    } finally {
      outbox.close();
    }
  }

  private async sealAll(
    person: string,
    key: Uint8Array,
    media: MediaStore,
    uploads: readonly Upload[],
    text: string,
  ): Promise<void> {
    const storage = await this.open();
    for (const upload of uploads) await this.sealFile(storage, person, key, media, `${upload.id}/original`);
    const bytes = await this.crypto.encrypt(key, new TextEncoder().encode(text));
    await storage.write(["people"], (tx) => tx.put("people", { person, bytes } satisfies SealedRow));
  }

  private async sealFile(
    storage: Storage,
    person: string,
    key: Uint8Array,
    media: MediaStore,
    name: string,
  ): Promise<void> {
    const size = (await media.size(name)) ?? 0;
    for (let n = 0; n * PART < size; n++) {
      const plain = await media.read(name, n * PART, Math.min(size, (n + 1) * PART));
      const bytes = await this.crypto.encrypt(key, plain);
      await storage.write(["files"], (tx) =>
        tx.put("files", { person, key: name, n, bytes } satisfies SealedPart),
      );
    }
  }

  async has(person: string): Promise<boolean> {
    const storage = await this.open();
    return (await storage.read(["people"], (tx) => tx.get("people", person))) !== undefined;
  }

  /** Gives everything back. Throws if the key is not the one it was sealed with; then nothing is touched. */
  async unseal(person: string, key: Uint8Array, media: MediaStore): Promise<void> {
    const storage = await this.open();
    const row = await storage.read(["people"], (tx) => tx.get<SealedRow>("people", person));
    if (row === undefined) return;
    const contents = JSON.parse(
      new TextDecoder().decode(await this.crypto.decrypt(key, row.bytes)),
    ) as Contents;
    await this.unsealFiles(storage, person, key, media);
    const outbox = await this.databases.open(outboxName(person), OUTBOX, { strict: true });
    await outbox.write(TABLES, (tx) => putBack(tx, contents));
    outbox.close();
    await this.drop(person);
  }

  private async unsealFiles(
    storage: Storage,
    person: string,
    key: Uint8Array,
    media: MediaStore,
  ): Promise<void> {
    const range = { index: "person", from: person, to: person };
    const parts = await storage.read(["files"], (tx) => tx.keys("files", range));
    for (const at of parts) {
      const part = await storage.read(["files"], (tx) => tx.get<SealedPart>("files", at));
      if (part === undefined) continue;
      // The first part begins anew, in case an earlier attempt was cut.
      if (part.n === 0) await media.delete(part.key);
      await media.append(part.key, await this.crypto.decrypt(key, part.bytes));
    }
  }

  async drop(person: string): Promise<void> {
    const storage = await this.open();
    await storage.write(["people", "files"], async (tx) => {
      await tx.delete("people", person);
      await tx.deleteAll("files", await tx.keys("files", { index: "person", from: person, to: person }));
    });
  }
}
