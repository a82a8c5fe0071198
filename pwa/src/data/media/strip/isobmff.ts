// HEIC and AVIF (ISO 14496-12, 23008-12): boxes in boxes; metadata are items, found through a location table.
// Nothing is moved, since the table points at places in the file: what must go is overwritten where it stands.

import { Reader, Unwalkable, latin } from "./bytes";

const HIDDEN = new Set(["udta", "uuid", "free", "skip", "meco"]);
const TOLD = new Set(["Exif", "mime", "uri "]);
const EMPTY_EXIF = Uint8Array.of(0, 0, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0);

interface Box {
  name: string;
  start: number;
  body: number;
  end: number;
}

export function strip(bytes: Uint8Array): Uint8Array {
  const file = new Reader(bytes);
  const out = bytes.slice();
  for (const box of boxes(file, 0, bytes.length)) {
    if (HIDDEN.has(box.name)) free(out, box);
    else if (box.name === "meta") stripItems(file, out, box);
    else if (box.name === "moov") stripMovie(file, out, box);
  }
  return out;
}

function stripMovie(file: Reader, out: Uint8Array, parent: Box): void {
  for (const box of boxes(file, parent.body, parent.end)) {
    if (HIDDEN.has(box.name) || box.name === "meta") free(out, box);
    else if (box.name === "trak") stripMovie(file, out, box);
  }
}

function stripItems(file: Reader, out: Uint8Array, meta: Box): void {
  const inner = new Map<string, Box>();
  for (const box of boxes(file, meta.body + 4, meta.end)) {
    inner.set(box.name, box);
    if (HIDDEN.has(box.name)) free(out, box);
  }
  const info = inner.get("iinf");
  const location = inner.get("iloc");
  if (info === undefined || location === undefined) return;
  const kinds = itemKinds(file, info);
  for (const { item, start, length } of places(file, location, inner.get("idat")?.body ?? 0)) {
    const kind = kinds.get(item);
    if (kind === undefined || !TOLD.has(kind)) continue;
    if (start + length > file.length) throw new Unwalkable("an item lies past the end");
    blank(out, start, length, kind === "Exif" ? EMPTY_EXIF : undefined);
  }
}

function* boxes(file: Reader, from: number, end: number): Generator<Box> {
  for (let at = from; at + 8 <= end;) {
    const wide = file.u32(at) === 1;
    const size = wide ? file.uint(at + 8, 8) : file.u32(at);
    const name = file.name(at + 4, 4);
    const body = at + (wide ? 16 : 8);
    const stop = size === 0 ? end : at + size;
    if (stop < body || stop > end) {
      if (name === "mdat") return; // a cut file: its pixels come last
      throw new Unwalkable("a box reaches past its parent");
    }
    yield { name, start: at, body, end: stop };
    at = stop;
  }
}

function itemKinds(file: Reader, box: Box): Map<number, string> {
  const kinds = new Map<number, string>();
  for (const entry of boxes(file, box.body + (file.u8(box.body) === 0 ? 6 : 8), box.end)) {
    const version = file.u8(entry.body);
    const size = version === 3 ? 4 : 2;
    if (version >= 2) kinds.set(file.uint(entry.body + 4, size), file.name(entry.body + 6 + size, 4));
  }
  return kinds;
}

/** Every piece of every item, as places in the file. */
function* places(
  file: Reader,
  box: Box,
  idat: number,
): Generator<{ item: number; start: number; length: number }> {
  const version = file.u8(box.body);
  let at = box.body + 6;
  const next = (size: number): number => {
    at += size;
    if (at > box.end) throw new Unwalkable("the location table is cut");
    return file.uint(at - size, size);
  };
  const first = file.u8(box.body + 4);
  const second = file.u8(box.body + 5);
  const wide = version === 2 ? 4 : 2;
  for (let items = next(wide); items > 0; items--) {
    const item = next(wide);
    const method = version > 0 ? next(2) & 15 : 0;
    next(2); // which file: always this one
    const base = next(second >> 4);
    for (let pieces = next(2); pieces > 0; pieces--) {
      next(version > 0 ? second & 15 : 0);
      const start = base + next(first >> 4);
      const length = next(first & 15);
      if (method < 2) yield { item, start: start + (method === 1 ? idat : 0), length };
    }
  }
}

function free(out: Uint8Array, box: Box): void {
  out.set(latin("free"), box.start + 4);
  blank(out, box.body, box.end - box.body);
}

function blank(out: Uint8Array, start: number, length: number, empty = new Uint8Array()): void {
  out.fill(0, start, start + length);
  if (empty.length <= length) out.set(empty, start);
}
