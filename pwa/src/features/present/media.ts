import type { Local, MediaSize } from "../../data";

const best: readonly MediaSize[] = ["w2000", "w1024", "original", "w320"];

/** The best picture of an upload that this device can show now, with or without a network. */
export async function pictureUrl(local: Local, upload: string): Promise<string | undefined> {
  for (const size of best) {
    const url = await local.mediaUrl(upload, size).catch(() => undefined);
    if (url) return url;
  }
  return undefined;
}
