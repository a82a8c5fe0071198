import { OUTBOX } from "../../src/data/databases";
import type { Upload } from "../../src/data/media-shapes";
import { MemoryMedia } from "../../src/data/ports/media-memory";
import { MemoryDatabases } from "../../src/data/ports/memory";
import type { Clock, Storage, Surroundings } from "../../src/data/ports/ports";
import { FakeSchool } from "./fake-school";
import { hashOf } from "../../src/data/media/hash";
import { originalKey } from "../../src/data/media/prepare";
import { UploadQueue } from "../../src/data/media/queue";

/** Time that passes as soon as somebody waits for it. */
class QuickClock implements Clock {
  at = Date.UTC(2026, 10, 23);
  now(): number {
    return this.at;
  }
  after(ms: number, run: () => void): () => void {
    let live = true;
    queueMicrotask(() => {
      if (!live) return;
      this.at += ms;
      run();
    });
    return () => (live = false);
  }
}

export let disk: MemoryDatabases;
export let outbox: Storage;
export let media: MemoryMedia;
export let school: FakeSchool;
export let clock: QuickClock;
let metered: boolean;
export let told: string[];
export let queue: UploadQueue;

/** A device with an empty queue, before each test. */
export async function begin(): Promise<void> {
  disk = new MemoryDatabases();
  outbox = await disk.open("outbox", OUTBOX, { strict: true });
  media = new MemoryMedia();
  school = new FakeSchool();
  clock = new QuickClock();
  metered = false;
  told = [];
  queue = started();
}

/** The queue of the app that is started once more. */
export function startAgain(): UploadQueue {
  queue = started();
  return queue;
}

/** On a connection that costs money, or no more. */
export function setMetered(on: boolean): void {
  metered = on;
}

function started(): UploadQueue {
  const around = { metered: () => metered } as Surroundings;
  const changed = (artifacts: string[]): void => void told.push(...artifacts);
  return new UploadQueue({ transport: school, outbox, media, clock, around, changed });
}

export function content(size: number, salt = 0): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index * 31 + salt) & 255);
}

export async function add(id: string, size: number, more: Partial<Upload> = {}): Promise<Uint8Array> {
  const bytes = content(size, id.length);
  await media.append(originalKey(id), bytes);
  const row: Upload = {
    id,
    artifact: `artifact of ${id}`,
    kind: "photo",
    name: `${id}.jpg`,
    mime: "image/jpeg",
    size,
    sha256: hashOf(bytes),
    captured_at: null,
    state: "waiting",
    sent: 0,
    of: 1,
    queued: "2026-11-23T10:00:00.000Z",
    ...more,
  };
  await outbox.write(["uploads"], (tx) => tx.put("uploads", row));
  return bytes;
}

export async function row(id: string): Promise<Upload | undefined> {
  return outbox.read(["uploads"], (tx) => tx.get<Upload>("uploads", id));
}
