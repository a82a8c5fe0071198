/** The key of a word: the same word in other letters is the same tag. */
export function keyOf(word: string): string {
  return word.normalize("NFC").toLowerCase();
}

/** What was typed as single words: parted at commas, cleaned of "#" and double spaces, none twice. */
export function wordsOf(typed: string): { key: string; text: string }[] {
  const found = new Map<string, string>();
  for (const part of typed.split(/[,;\n]/)) {
    const text = part.normalize("NFC").replace(/\s+/g, " ").trim().replace(/^#\s*/, "").slice(0, 100).trim();
    if (text && !found.has(keyOf(text))) found.set(keyOf(text), text);
  }
  return [...found].map(([key, text]) => ({ key, text }));
}
