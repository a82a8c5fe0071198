// Files as chunks of ArrayBuffers in IndexedDB, where there is no private file system. Never a Blob: WebKit aborts.

import { LocalProblem } from "../problems";
import { HIGHEST } from "./keys";
import type { Databases, MediaStore, Schema, Storage, Tx } from "./ports";

interface FileRow {
  key: string;
  size: number;
  chunks: number;
}
interface ChunkRow {
  key: string;
  n: number;
  start: number;
  bytes: ArrayBuffer;
}

const SCHEMA: Schema = { files: { key: "key" }, chunks: { key: "[key+n]" } };
const TABLES = ["files", "chunks"];

export class ChunkMedia implements MediaStore {
  private constructor(private readonly storage: Storage) {}

  static async open(databases: Databases, person: string): Promise<ChunkMedia> {
    return new ChunkMedia(await databases.open(mediaName(person), SCHEMA, { strict: true }));
  }

  append(key: string, bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice().buffer;
    return this.storage.write(TABLES, async (tx) => {
      const file = (await tx.get<FileRow>("files", key)) ?? { key, size: 0, chunks: 0 };
      await tx.put("chunks", { key, n: file.chunks, start: file.size, bytes: copy });
      await tx.put("files", { key, size: file.size + copy.byteLength, chunks: file.chunks + 1 });
    });
  }

  async size(key: string): Promise<number | undefined> {
    return (await this.storage.read(["files"], (tx) => tx.get<FileRow>("files", key)))?.size;
  }

  private chunks(tx: Tx, key: string): Promise<ChunkRow[]> {
    return tx.range<ChunkRow>("chunks", { from: [key, 0], to: [key, Number.MAX_SAFE_INTEGER] });
  }

  read(key: string, from: number, to: number): Promise<Uint8Array> {
    return this.storage.read(TABLES, async (tx) => {
      const file = await tx.get<FileRow>("files", key);
      if (file === undefined) throw new LocalProblem("not_found", "The file is not on this device.");
      const end = Math.min(to, file.size);
      const out = new Uint8Array(Math.max(0, end - from));
      for (const { start, bytes } of await this.chunks(tx, key)) {
        const part = new Uint8Array(bytes);
        const [a, b] = [Math.max(from, start), Math.min(end, start + part.length)];
        if (a < b) out.set(part.subarray(a - start, b - start), a - from);
      }
      return out;
    });
  }

  async blob(key: string, mime: string): Promise<Blob | undefined> {
    const size = await this.size(key);
    if (size === undefined) return undefined;
    const parts = await this.storage.read(["chunks"], (tx) => this.chunks(tx, key));
    return new Blob(
      parts.map((part) => part.bytes),
      { type: mime },
    );
  }

  private async remove(tx: Tx, key: string): Promise<void> {
    await tx.deleteAll(
      "chunks",
      await tx.keys("chunks", { from: [key, 0], to: [key, Number.MAX_SAFE_INTEGER] }),
    );
    await tx.delete("files", key);
  }

  delete(key: string): Promise<void> {
    return this.storage.write(TABLES, (tx) => this.remove(tx, key));
  }

  rename(from: string, to: string): Promise<void> {
    return this.storage.write(TABLES, async (tx) => {
      const file = await tx.get<FileRow>("files", from);
      if (file === undefined) throw new LocalProblem("not_found", "The file is not on this device.");
      await this.remove(tx, to);
      for (const chunk of await this.chunks(tx, from)) await tx.put("chunks", { ...chunk, key: to });
      await this.remove(tx, from);
      await tx.put("files", { ...file, key: to });
    });
  }

  keys(): Promise<string[]> {
    return this.storage.read(
      ["files"],
      async (tx) => (await tx.keys("files", { from: "", to: HIGHEST })) as string[],
    );
  }

  clear(): Promise<void> {
    return this.storage.write(TABLES, async (tx) => {
      await tx.clear("files");
      await tx.clear("chunks");
    });
  }
}

export function mediaName(person: string): string {
  return `pathfolio-${person}-media`;
}
