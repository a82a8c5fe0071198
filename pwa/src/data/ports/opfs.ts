// Files in the browser's private file system (OPFS): read here, written by a worker.

import { LocalProblem } from "../problems";
import { fileName, folderOf, keyOf } from "./media-names";
import workerUrl from "./media-worker?worker&url";
import type { MediaStore } from "./ports";
import { scriptUrl } from "./trusted";

interface Told {
  id: number;
  error?: string;
}

/** One worker for all, started at the first write. */
class Writes {
  private worker: Worker | undefined;
  private next = 1;
  private readonly waiting = new Map<number, { done(): void; fail(error: Error): void }>();

  private start(): Worker {
    const worker = new Worker(scriptUrl(workerUrl), { type: "module" });
    worker.addEventListener("message", (event: MessageEvent<Told>) => {
      const { id, error } = event.data;
      const one = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) one?.done();
      else one?.fail(problem(error));
    });
    worker.addEventListener("error", () => {
      for (const one of this.waiting.values()) one.fail(problem("WorkerError"));
      this.waiting.clear();
      this.worker = undefined;
    });
    return worker;
  }

  ask(message: object): Promise<void> {
    this.worker ??= this.start();
    const { worker } = this;
    const id = this.next++;
    return new Promise((done, fail) => {
      this.waiting.set(id, { done, fail });
      worker.postMessage({ ...message, id });
    });
  }
}

function problem(name: string): Error {
  if (name === "QuotaExceededError") {
    return new LocalProblem("quota", "This device has no room left. What you typed is still here.");
  }
  if (name === "NotFoundError") return new LocalProblem("not_found", "The file is not on this device.");
  return new LocalProblem("storage", `This browser's file storage failed (${name}).`);
}

const writes = new Writes();

export class OpfsMedia implements MediaStore {
  constructor(private readonly person: string) {}

  private ask(op: string, key: string, more: object = {}): Promise<void> {
    return writes.ask({ person: this.person, op, key, ...more });
  }

  private async folder(): Promise<FileSystemDirectoryHandle> {
    let at = await navigator.storage.getDirectory();
    for (const name of folderOf(this.person)) at = await at.getDirectoryHandle(name, { create: true });
    return at;
  }

  private async file(key: string): Promise<File | undefined> {
    try {
      const handle = await (await this.folder()).getFileHandle(fileName(key));
      return await handle.getFile();
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotFoundError") return undefined;
      throw problem(error instanceof DOMException ? error.name : "Error");
    }
  }

  append(key: string, bytes: Uint8Array): Promise<void> {
    return this.ask("append", key, { bytes });
  }

  async size(key: string): Promise<number | undefined> {
    return (await this.file(key))?.size;
  }

  async read(key: string, from: number, to: number): Promise<Uint8Array> {
    const file = await this.file(key);
    if (file === undefined) throw problem("NotFoundError");
    return new Uint8Array(await file.slice(from, to).arrayBuffer());
  }

  async blob(key: string, mime: string): Promise<Blob | undefined> {
    const file = await this.file(key);
    return file?.slice(0, file.size, mime);
  }

  delete(key: string): Promise<void> {
    return this.ask("delete", key);
  }

  rename(from: string, to: string): Promise<void> {
    return this.ask("rename", from, { to });
  }

  async keys(): Promise<string[]> {
    const names: string[] = [];
    const folder = (await this.folder()) as FileSystemDirectoryHandle & { keys(): AsyncIterable<string> };
    for await (const name of folder.keys()) names.push(keyOf(name));
    return names.sort();
  }

  clear(): Promise<void> {
    return this.ask("clear", "");
  }
}

/** Whether this browser can write such files in a worker. */
export async function hasOpfs(): Promise<boolean> {
  if (!("FileSystemFileHandle" in globalThis) || typeof Worker === "undefined") return false;
  try {
    await navigator.storage.getDirectory();
    return "move" in FileSystemFileHandle.prototype;
  } catch {
    return false;
  }
}
