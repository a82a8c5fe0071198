const letters = "abcdefghijklmnopqrstuvwxyz234567";

/** A new random key in the form of all our ids: 128 bits as RFC 4648 base32, lower case, without padding. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let key = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) key += letters[(held >> (bits - 5)) & 31];
  }
  return key + letters[(held << (5 - bits)) & 31];
}
