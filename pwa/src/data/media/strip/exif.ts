// The little of EXIF that is needed: reading the orientation, and writing a block that holds nothing else.
// EXIF is a TIFF header, then directories of 12-byte entries (CIPA DC-008, section 4.6).

import { Reader, joined, latin, number } from "./bytes";

const ORIENTATION = 0x0112;
const SHORT = 3;

/** 1 to 8; 1 (upright) when absent or unreadable. */
export function orientation(tiff: Uint8Array): number {
  const reader = new Reader(tiff);
  const little = reader.startsWith("II", 0);
  if (tiff.length < 14 || (!little && !reader.startsWith("MM", 0))) return 1;
  const at = reader.u32(4, little);
  if (at + 2 > tiff.length) return 1;
  const end = Math.min(at + 2 + 12 * reader.u16(at, little), tiff.length - 11);
  for (let entry = at + 2; entry < end; entry += 12) {
    const value = reader.u16(entry + 8, little);
    const found = reader.u16(entry, little) === ORIENTATION && reader.u16(entry + 2, little) === SHORT;
    if (found && value >= 1 && value <= 8) return value;
  }
  return 1;
}

/** A TIFF block of 26 bytes whose only entry is the orientation. */
export function minimal(turned: number): Uint8Array {
  return joined([
    latin("MM"),
    number(42, 2),
    number(8, 4),
    number(1, 2),
    number(ORIENTATION, 2),
    number(SHORT, 2),
    number(1, 4),
    number(turned, 2),
    number(0, 2),
    number(0, 4),
  ]);
}
