// Words made comparable: lower case, accents folded, split at everything that is no letter or digit.

export function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

export function tokens(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Whether every word of the query is the beginning of some word. `folded` as made by `searchable`. */
export function matches(folded: string, query: readonly string[]): boolean {
  return query.every((word) => folded.includes(` ${word}`));
}

/** Folded words, each with a space before it. */
export function searchable(texts: readonly string[]): string {
  return texts
    .flatMap(tokens)
    .map((word) => ` ${word}`)
    .join("");
}
