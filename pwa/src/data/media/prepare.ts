// Keeps a file on this device: stripped of its place, hashed, written in pieces, then under its name at once.

import type { Upload } from "../media-shapes";
import type { Clock, MediaStore } from "../ports/ports";
import { timeOf } from "../ports/time";
import { LocalProblem } from "../problems";
import type { AttachMeta } from "../shapes";
import { StreamHash } from "./hash";
import { preview, type Preview } from "./preview";
import { HEAD, Unwalkable, sniff, strip } from "./strip";

const PIECE = 1024 * 1024;
/** A preview that takes longer is kept for the screen, but the save does not wait for it. */
const PREVIEW_MS = 600;

export interface Keeping {
  media: MediaStore;
  clock: Clock;
}

export function originalKey(upload: string): string {
  return `${upload}/original`;
}

/** The row of the queue (its artifact is the caller's); the bytes are on the disk when it resolves. Throws LocalProblem. */
export async function prepare(
  file: Blob,
  meta: AttachMeta & { upload: string },
  { media, clock }: Keeping,
): Promise<Upload> {
  const mime = sniff(await bytesOf(file, 0, HEAD));
  const source = mime === undefined ? file : await stripped(file, mime);
  if (source.size === 0) throw new LocalProblem("invalid", "This file is empty.");
  const [{ sha256, size }, looked] = await Promise.all([
    keep(source, meta.upload, media),
    mime === undefined ? undefined : look(source, mime, meta.upload, { media, clock }),
  ]);
  return {
    id: meta.upload,
    artifact: "",
    kind: meta.type,
    name: meta.name,
    mime: mime ?? (file.type || "application/octet-stream"),
    size,
    sha256,
    ...(looked && { width: looked.width, height: looked.height, thumbhash: looked.thumbhash }),
    captured_at: meta.capturedAt ?? changed(file, clock),
    state: "waiting",
    sent: 0,
    of: 1,
    queued: timeOf(clock.now()),
  };
}

/** When a camera's file was made; null where the browser does not tell, or tells nonsense. */
function changed(file: Blob, clock: Clock): string | null {
  const at = (file as Partial<File>).lastModified;
  return at !== undefined && at > 0 && at <= clock.now() ? timeOf(at) : null;
}

async function bytesOf(file: Blob, from: number, to: number): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(from, to).arrayBuffer());
}

/** A file that can't be walked goes as it is; the school gives out nothing of it that may hold a place. */
async function stripped(file: Blob, mime: string): Promise<Blob> {
  try {
    const bare = strip(await bytesOf(file, 0, file.size), mime);
    return new Blob([bare as Uint8Array<ArrayBuffer>], { type: mime });
  } catch (error) {
    if (error instanceof Unwalkable) return file;
    throw error;
  }
}

async function keep(
  source: Blob,
  upload: string,
  media: MediaStore,
): Promise<{ sha256: string; size: number }> {
  const key = originalKey(upload);
  const hash = new StreamHash();
  // Aside first: a crash must not leave a half file under the right name.
  await media.delete(`${key}.part`);
  try {
    for (let at = 0; at < source.size; at += PIECE) {
      const piece = await bytesOf(source, at, at + PIECE);
      await media.append(`${key}.part`, piece);
      hash.add(piece);
    }
    await media.rename(`${key}.part`, key);
  } catch (error) {
    // On a full disk the half file would leave no room even for words.
    await media.delete(`${key}.part`).catch(() => undefined);
    throw error;
  }
  return { sha256: hash.end(), size: source.size };
}

/** Whole or not at all, like the file itself: it may be written after the save, when the app can be ended. */
async function keepSmall(key: string, small: Uint8Array, media: MediaStore): Promise<void> {
  await media.append(`${key}.part`, small);
  await media.rename(`${key}.part`, key);
}

async function look(
  source: Blob,
  mime: string,
  upload: string,
  { media, clock }: Keeping,
): Promise<Preview | undefined> {
  const making = preview(await bytesOf(source, 0, source.size), mime).then(async (made) => {
    if (made !== undefined) await keepSmall(`${upload}/w320`, made.small, media).catch(() => undefined);
    return made;
  });
  let cancel: () => void = () => undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(PREVIEW_MS, () => resolve(undefined));
  });
  const first = await Promise.race([making, late]);
  cancel();
  return first;
}
