import type { View } from "../../data";

/** The words and interests of these pieces, each once, those of the newest pieces first. */
export function wordsOfPieces(
  pieces: readonly View<"artifact">[],
  most: number,
): { key: string; text: string }[] {
  const known = new Map<string, string>();
  for (const { fields } of pieces)
    for (const { key, text } of [...fields.tags, ...fields.interests])
      if (!known.has(key)) known.set(key, text);
  return [...known].slice(0, most).map(([key, text]) => ({ key, text }));
}
