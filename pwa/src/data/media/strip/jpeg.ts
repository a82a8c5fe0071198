// JPEG (ITU T.81): a row of marker segments, the scans' data between them.

import { Reader, Unwalkable, joined, latin, number } from "./bytes";
import { minimal, orientation } from "./exif";

const EOI = 0xd9;
const SOS = 0xda;
const COMMENT = 0xfe;
const EXIF = "Exif\0\0";
/** Application segments that showing the picture needs, by marker and how they begin. */
const NEEDED: readonly [number, string][] = [
  [0xe0, "JFIF\0"],
  [0xe2, "ICC_PROFILE\0"],
  [0xee, "Adobe"],
];

/**
 * Keeps JFIF, colour profile, Adobe's colour transform and orientation. What follows the end of the picture goes too:
 * phones put second pictures, videos and maker's data there.
 */
export function strip(bytes: Uint8Array): Uint8Array {
  const file = new Reader(bytes);
  const out = [file.cut(0, 2)];
  let at = 2;
  for (;;) {
    if (file.u8(at) !== 0xff) throw new Unwalkable("no marker where one must be");
    while (file.u8(at + 1) === 0xff) at += 1; // fill bytes
    const marker = file.u8(at + 1);
    if (marker === EOI) return joined([...out, Uint8Array.of(0xff, EOI)]);
    const end = at + 2 + lengthOf(file, marker, at);
    out.push(kept(marker, file.cut(at, end)));
    at = end;
    if (marker !== SOS) continue;
    at = scanEnd(bytes, end);
    out.push(file.cut(end, at));
    if (at >= bytes.length) return joined(out); // a cut file ends inside its scan
  }
}

function lengthOf(file: Reader, marker: number, at: number): number {
  if ((marker >= 0xd0 && marker <= 0xd8) || marker === 0x01) return 0;
  const length = file.u16(at + 2);
  if (length < 2) throw new Unwalkable("a segment without a length");
  return length;
}

function kept(marker: number, segment: Uint8Array): Uint8Array {
  const reader = new Reader(segment);
  if (marker === 0xe1 && reader.startsWith(EXIF, 4)) {
    const turned = orientation(segment.subarray(4 + EXIF.length));
    return turned === 1 ? new Uint8Array() : exifSegment(turned);
  }
  const application = marker >= 0xe0 && marker <= 0xef;
  const needed = NEEDED.some(([known, start]) => marker === known && reader.startsWith(start, 4));
  return marker === COMMENT || (application && !needed) ? new Uint8Array() : segment;
}

function exifSegment(turned: number): Uint8Array {
  const body = joined([latin(EXIF), minimal(turned)]);
  return joined([Uint8Array.of(0xff, 0xe1), number(body.length + 2, 2), body]);
}

/** Where the scan's data ends: at a marker that is neither a stuffed 0xFF nor a restart. */
function scanEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    const next = at < 0 ? undefined : bytes[at + 1];
    if (next === undefined) return bytes.length;
    if (next === 0 || (next >= 0xd0 && next <= 0xd7)) at += 2;
    else if (next === 0xff) at += 1;
    else return at;
  }
}
