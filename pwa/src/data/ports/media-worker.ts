// Worker: writes files of the browser's private file system synchronously and flushes them, so that a crash of the
// page loses nothing that was acknowledged.

import { fileName, folderOf } from "./media-names";

interface Ask {
  id: number;
  person: string;
  op: "append" | "delete" | "rename" | "clear";
  key: string;
  to?: string;
  bytes?: Uint8Array;
}

interface SyncFile {
  getSize(): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  flush(): void;
  close(): void;
}
type WritableFile = FileSystemFileHandle & {
  createSyncAccessHandle(): Promise<SyncFile>;
  move(name: string): Promise<void>;
};

async function folder(person: string): Promise<FileSystemDirectoryHandle> {
  let at = await navigator.storage.getDirectory();
  for (const name of folderOf(person)) at = await at.getDirectoryHandle(name, { create: true });
  return at;
}

async function append(at: FileSystemDirectoryHandle, name: string, bytes: Uint8Array): Promise<void> {
  const handle = (await at.getFileHandle(name, { create: true })) as WritableFile;
  const file = await handle.createSyncAccessHandle();
  try {
    const size = file.getSize();
    const written = file.write(bytes, { at: size });
    if (written !== bytes.length) throw new DOMException("", "QuotaExceededError");
    file.flush();
  } finally {
    file.close();
  }
}

async function remove(at: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await at.removeEntry(name);
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "NotFoundError") throw error;
  }
}

async function work({ person, op, key, to, bytes }: Ask): Promise<void> {
  const at = await folder(person);
  const name = fileName(key);
  if (op === "append" && bytes !== undefined) await append(at, name, bytes);
  if (op === "delete") await remove(at, name);
  if (op === "rename" && to !== undefined) {
    const handle = (await at.getFileHandle(name)) as WritableFile;
    await remove(at, fileName(to));
    await handle.move(fileName(to));
  }
  if (op === "clear") {
    const names: string[] = [];
    for await (const entry of (at as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(entry);
    for (const entry of names) await remove(at, entry);
  }
}

// One after the other: a file can be opened for writing only once.
let turn: Promise<void> = Promise.resolve();

addEventListener("message", (event: MessageEvent<Ask>) => {
  turn = turn.then(async () => {
    try {
      await work(event.data);
      postMessage({ id: event.data.id });
    } catch (error) {
      const name = error instanceof Error || error instanceof DOMException ? error.name : "Error";
      postMessage({ id: event.data.id, error: name });
    }
  });
});
