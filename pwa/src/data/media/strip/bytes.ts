// Reading and joining bytes; every read past the end is an Unwalkable file, never an undefined.

/** The file does not keep to the rules of its format. */
export class Unwalkable extends Error {
  override readonly name = "Unwalkable";
}

export class Reader {
  private readonly view: DataView;
  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  private within(at: number, count: number): void {
    if (at < 0 || at + count > this.length) throw new Unwalkable("it ends too early");
  }

  u8(at: number): number {
    this.within(at, 1);
    return this.view.getUint8(at);
  }

  u16(at: number, little = false): number {
    this.within(at, 2);
    return this.view.getUint16(at, little);
  }

  u32(at: number, little = false): number {
    this.within(at, 4);
    return this.view.getUint32(at, little);
  }

  /** A whole number of 0, 1, 2, 4 or 8 bytes. */
  uint(at: number, size: number): number {
    this.within(at, size);
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.view.getUint8(at + i);
    return value;
  }

  /** Bytes as Latin letters. */
  name(at: number, count: number): string {
    this.within(at, count);
    return String.fromCharCode(...this.bytes.subarray(at, at + count));
  }

  cut(from: number, to: number): Uint8Array {
    this.within(from, to - from);
    return this.bytes.subarray(from, to);
  }

  startsWith(text: string, at: number): boolean {
    return at + text.length <= this.length && this.name(at, text.length) === text;
  }
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

export function latin(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export function number(value: number, size: 2 | 4, little = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(size));
  if (size === 2) view.setUint16(0, value, little);
  else view.setUint32(0, value, little);
  return new Uint8Array(view.buffer);
}
