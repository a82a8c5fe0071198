// WebP (RFC 9649): RIFF chunks; VP8X says by flags which optional ones there are.

import { Reader, Unwalkable, joined, latin, number } from "./bytes";
import { minimal, orientation } from "./exif";

const NEEDED = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]);
const PIXELS = new Set(["VP8 ", "VP8L", "ANMF"]);
const EXIF_FLAG = 0x08;
const XMP_FLAG = 0x04;

type Chunk = [name: string, body: Uint8Array];

export function strip(bytes: Uint8Array): Uint8Array {
  const file = new Reader(bytes);
  const end = Math.min(bytes.length, 8 + file.u32(4, true));
  const kept: Chunk[] = [];
  let turned = 1;
  for (let at = 12; at + 8 <= end;) {
    const name = file.name(at, 4);
    const size = file.u32(at + 4, true);
    if (at + 8 + size > bytes.length && !PIXELS.has(name))
      throw new Unwalkable("a chunk reaches past the end");
    const body = bytes.subarray(at + 8, at + 8 + size);
    if (name === "EXIF") turned = orientation(withoutHead(body));
    else if (NEEDED.has(name)) kept.push([name, body]);
    at += 8 + size + (size % 2);
  }
  return whole(kept, turned);
}

function withoutHead(body: Uint8Array): Uint8Array {
  return new Reader(body).startsWith("Exif\0\0", 0) ? body.subarray(6) : body;
}

function whole(kept: Chunk[], turned: number): Uint8Array {
  const all = turned === 1 ? kept : [...kept, ["EXIF", minimal(turned)] satisfies Chunk];
  const body = joined([
    latin("WEBP"),
    ...all.map(([name, part]) => chunk(name, name === "VP8X" ? flags(part, turned) : part)),
  ]);
  return joined([latin("RIFF"), number(body.length, 4, true), body]);
}

function flags(body: Uint8Array, turned: number): Uint8Array {
  const copy = body.slice();
  copy[0] = ((copy[0] ?? 0) & ~(EXIF_FLAG | XMP_FLAG)) | (turned === 1 ? 0 : EXIF_FLAG);
  return copy;
}

function chunk(name: string, body: Uint8Array): Uint8Array {
  return joined([latin(name), number(body.length, 4, true), body, new Uint8Array(body.length % 2)]);
}
