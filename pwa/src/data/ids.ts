// Ids: 128 random bits in base32.

import type { Random } from "./ports/ports";

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

export function base32(bytes: Uint8Array): string {
  let out = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) out += LETTERS.charAt((value >>> (bits - 5)) & 31);
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? out : out + LETTERS.charAt((value << (5 - bits)) & 31);
}

export function newId(random: Random): string {
  return base32(random.bytes(16));
}
