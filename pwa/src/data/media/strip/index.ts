// Takes what tells place, time and device out of a picture before it is hashed, leaving every pixel byte as it is.
// The server checks again with the same walks (media/pathfolio_media/clean): both must give the same bytes.

import { Reader, Unwalkable } from "./bytes";
import * as gif from "./gif";
import * as isobmff from "./isobmff";
import * as jpeg from "./jpeg";
import * as png from "./png";
import * as webp from "./webp";

export { Unwalkable } from "./bytes";

const WALKS: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  "image/jpeg": jpeg.strip,
  "image/png": png.strip,
  "image/gif": gif.strip,
  "image/webp": webp.strip,
  "image/avif": isobmff.strip,
  "image/heic": isobmff.strip,
};
const AVIF = new Set(["avif", "avis"]);
const HEIC = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "heif"]);
const NEUTRAL = new Set(["mif1", "msf1", "miaf"]);

/** How many first bytes `sniff` wants. */
export const HEAD = 64;

/** The media type that the bytes themselves tell; undefined when it is no picture we know. */
export function sniff(head: Uint8Array): string | undefined {
  const file = new Reader(head.subarray(0, HEAD));
  if (file.startsWith("\xff\xd8\xff", 0)) return "image/jpeg";
  if (file.startsWith("\x89PNG\r\n\x1a\n", 0)) return "image/png";
  if (file.startsWith("GIF87a", 0) || file.startsWith("GIF89a", 0)) return "image/gif";
  if (file.startsWith("RIFF", 0) && file.startsWith("WEBP", 8)) return "image/webp";
  return file.startsWith("ftyp", 4) ? byBrands(file) : undefined;
}

/** The major brand, or, behind a neutral one, the compatible ones. */
function byBrands(file: Reader): string | undefined {
  const size = Math.min(file.u32(0), file.length);
  for (let at = 8; at + 4 <= size; at += at === 8 ? 8 : 4) {
    const brand = file.name(at, 4);
    if (AVIF.has(brand)) return "image/avif";
    if (HEIC.has(brand)) return "image/heic";
    if (!NEUTRAL.has(brand)) return undefined;
  }
  return undefined;
}

/** The picture without metadata. Throws Unwalkable for a file that does not keep to its format. */
export function strip(bytes: Uint8Array, mime: string): Uint8Array {
  const walk = WALKS[mime];
  if (walk === undefined) throw new Unwalkable(`not a picture: ${mime}`);
  return walk(bytes);
}
