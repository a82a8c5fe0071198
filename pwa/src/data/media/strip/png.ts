// PNG (W3C, third edition): a row of chunks of length, type, data and CRC.

import { Reader, Unwalkable, joined, latin, number } from "./bytes";
import { minimal, orientation } from "./exif";

const SIGNATURE = 8;
const NEEDED = new Set(
  "IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD hIST pHYs acTL fcTL fdAT".split(" "),
);

export function strip(bytes: Uint8Array): Uint8Array {
  const file = new Reader(bytes);
  const out = [file.cut(0, SIGNATURE)];
  let pixels = false;
  let at = SIGNATURE;
  for (;;) {
    const end = at + 8 > bytes.length ? Infinity : at + 12 + file.u32(at);
    if (end > bytes.length) {
      if (pixels) return joined(out); // a cut file: keep what is a whole chunk
      throw new Unwalkable("a chunk reaches past the end");
    }
    const name = file.name(at + 4, 4);
    pixels ||= name === "IDAT";
    if (NEEDED.has(name)) out.push(file.cut(at, end));
    if (name === "eXIf") {
      const turned = orientation(file.cut(at + 8, end - 4));
      if (turned !== 1) out.push(chunk(name, minimal(turned)));
    }
    if (name === "IEND") return joined(out);
    at = end;
  }
}

function chunk(name: string, body: Uint8Array): Uint8Array {
  const named = joined([latin(name), body]);
  return joined([number(body.length, 4), named, number(crc32(named), 4)]);
}

/** CRC-32 as in the standard's annex D; only ever for a few bytes. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
