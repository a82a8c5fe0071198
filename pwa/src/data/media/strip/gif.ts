// GIF89a: blocks of one kind byte, their data in sub-blocks of at most 255 bytes.

import { Reader, Unwalkable, joined } from "./bytes";

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const CONTROL = 0xf9;
const APPLICATION = 0xff;
const LOOPS = ["NETSCAPE2.0", "ANIMEXTS1.0"];

/** Keeps pictures, their timing and the loop count; drops comments, captions and other applications' data. */
export function strip(bytes: Uint8Array): Uint8Array {
  const file = new Reader(bytes);
  let at = 13 + table(file.u8(10));
  const out = [file.cut(0, at)];
  while (at < bytes.length) {
    const start = at;
    const kind = file.u8(at);
    if (kind === TRAILER) return joined([...out, Uint8Array.of(TRAILER)]);
    if (kind === IMAGE) {
      at = blocksEnd(file, at + 11 + table(file.u8(at + 9)));
      out.push(file.cut(start, at));
    } else if (kind === EXTENSION) {
      at = blocksEnd(file, at + 2);
      if (isNeeded(file, start)) out.push(file.cut(start, at));
    } else throw new Unwalkable("a block of no known kind");
  }
  return joined(out); // cut, or without its trailer: nothing more can be there
}

function isNeeded(file: Reader, start: number): boolean {
  const label = file.u8(start + 1);
  return (
    label === CONTROL || (label === APPLICATION && LOOPS.some((name) => file.startsWith(name, start + 3)))
  );
}

function table(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function blocksEnd(file: Reader, from: number): number {
  let at = from;
  while (at < file.length && file.u8(at) !== 0) at += 1 + file.u8(at);
  return Math.min(at + 1, file.length);
}
