// Files in memory, for tests and the simulator.

import { LocalProblem } from "../problems";
import type { MediaStore } from "./ports";

export class MemoryMedia implements MediaStore {
  private readonly files = new Map<string, Uint8Array>();
  /** Bytes until the disk is full. */
  room = Infinity;

  append(key: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > this.room)
      return Promise.reject(new LocalProblem("quota", "This device has no room left."));
    this.room -= bytes.length;
    const old = this.files.get(key) ?? new Uint8Array();
    const next = new Uint8Array(old.length + bytes.length);
    next.set(old);
    next.set(bytes, old.length);
    this.files.set(key, next);
    return Promise.resolve();
  }

  size(key: string): Promise<number | undefined> {
    return Promise.resolve(this.files.get(key)?.length);
  }

  read(key: string, from: number, to: number): Promise<Uint8Array> {
    const file = this.files.get(key);
    if (file === undefined)
      return Promise.reject(new LocalProblem("not_found", "The file is not on this device."));
    return Promise.resolve(file.slice(from, to));
  }

  blob(key: string, mime: string): Promise<Blob | undefined> {
    const file = this.files.get(key);
    return Promise.resolve(file && new Blob([file as Uint8Array<ArrayBuffer>], { type: mime }));
  }

  delete(key: string): Promise<void> {
    this.room += this.files.get(key)?.length ?? 0;
    this.files.delete(key);
    return Promise.resolve();
  }

  rename(from: string, to: string): Promise<void> {
    const file = this.files.get(from);
    if (file === undefined)
      return Promise.reject(new LocalProblem("not_found", "The file is not on this device."));
    this.files.delete(from);
    this.files.set(to, file);
    return Promise.resolve();
  }

  keys(): Promise<string[]> {
    return Promise.resolve([...this.files.keys()].sort());
  }

  clone(): MemoryMedia {
    const copy = new MemoryMedia();
    for (const [key, bytes] of this.files) copy.files.set(key, bytes);
    return copy;
  }

  clear(): Promise<void> {
    this.files.clear();
    return Promise.resolve();
  }
}
