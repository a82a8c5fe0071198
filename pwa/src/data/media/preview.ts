// A small picture for this device's own screens, made before anything is sent, and a thumbhash for the record.

import { rgbaToThumbHash } from "thumbhash";

const EDGE = 320;
const HASH_EDGE = 64;
const QUALITY = 0.8;

export interface Preview {
  /** Of the picture as shown, in pixels. */
  width: number;
  height: number;
  /** Base64 without padding. */
  thumbhash: string;
  small: Uint8Array;
}

/** Undefined where the browser can't decode it (HEIC in most), or there is no browser. */
export async function preview(bytes: Uint8Array, mime: string): Promise<Preview | undefined> {
  if (typeof createImageBitmap === "undefined" || typeof OffscreenCanvas === "undefined") return undefined;
  try {
    const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime }));
    try {
      return await drawn(bitmap);
    } finally {
      bitmap.close();
    }
  } catch {
    return undefined; // not decodable here; the school's renditions will come
  }
}

async function drawn(bitmap: ImageBitmap): Promise<Preview> {
  const { width, height } = bitmap;
  const blob = await painted(bitmap, EDGE).canvas.convertToBlob({ type: "image/webp", quality: QUALITY });
  const { canvas, context } = painted(bitmap, HASH_EDGE);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const hash = rgbaToThumbHash(canvas.width, canvas.height, data);
  const thumbhash = btoa(String.fromCharCode(...hash)).replace(/=+$/, "");
  return { width, height, thumbhash, small: new Uint8Array(await blob.arrayBuffer()) };
}

function painted(
  bitmap: ImageBitmap,
  edge: number,
): { canvas: OffscreenCanvas; context: OffscreenCanvasRenderingContext2D } {
  const scale = Math.min(1, edge / Math.max(bitmap.width, bitmap.height));
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  const canvas = new OffscreenCanvas(side(bitmap.width), side(bitmap.height));
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return { canvas, context };
}
