/** A thumbhash travels as base64; undefined when it is not one. */
export function bytesOf(thumbhash: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(thumbhash), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
