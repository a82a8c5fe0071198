// SHA-256 of a file as it comes, which can stop, be stored, and go on after the app was killed.

import { _SHA256, sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

/** A hash in the middle of a file: what a database can hold. */
export interface HashState {
  /** The eight words. */
  words: number[];
  /** Bytes of the last, unfinished block, in hexadecimal. */
  rest: string;
  /** Bytes taken so far. */
  length: number;
}

const BLOCK = 64;

class Resumable extends _SHA256 {
  state(): HashState {
    return { words: this.get(), rest: bytesToHex(this.buffer.slice(0, this.pos)), length: this.length };
  }

  resume({ words, rest, length }: HashState): void {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = words;
    const bytes = hexToBytes(rest);
    if (words.length !== 8 || bytes.length !== length % BLOCK)
      throw new RangeError("not the state of a hash");
    this.set(a, b, c, d, e, f, g, h);
    this.buffer.set(bytes);
    this.pos = bytes.length;
    this.length = length;
  }
}

export class StreamHash {
  private readonly hash = new Resumable();

  constructor(from?: HashState) {
    if (from !== undefined) this.hash.resume(from);
  }

  add(bytes: Uint8Array): void {
    this.hash.update(bytes);
  }

  state(): HashState {
    return this.hash.state();
  }

  /** 64 hexadecimal digits; nothing can be added afterwards. */
  end(): string {
    return bytesToHex(this.hash.digest());
  }
}

export function hashOf(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}
