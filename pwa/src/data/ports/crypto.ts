// AES-GCM by the browser (also in Node): 12 random bytes, then the cipher text.

import type { Crypto } from "./ports";

const IV = 12;

function aes(key: Uint8Array, usage: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key as Uint8Array<ArrayBuffer>, "AES-GCM", false, [usage]);
}

export const webCrypto: Crypto = {
  async encrypt(key, plain) {
    const iv = crypto.getRandomValues(new Uint8Array(IV));
    const algorithm = { name: "AES-GCM", iv };
    const cipher = await crypto.subtle.encrypt(
      algorithm,
      await aes(key, "encrypt"),
      plain as Uint8Array<ArrayBuffer>,
    );
    const out = new Uint8Array(IV + cipher.byteLength);
    out.set(iv);
    out.set(new Uint8Array(cipher), IV);
    return out;
  },

  async decrypt(key, sealed) {
    const algorithm = { name: "AES-GCM", iv: sealed.slice(0, IV) };
    const cipher = sealed.slice(IV);
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, await aes(key, "decrypt"), cipher));
  },
};
