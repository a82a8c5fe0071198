import type { View } from "../../data";

export interface Said {
  key: string;
  text: string;
}

/**
 * What a student has said about themselves over all their work: each word once, newest first as `work` comes. How often
 * is left out on purpose: it would turn a portrait into a score.
 */
export function saidIn(work: readonly View<"artifact">[], field: "interests" | "tags"): Said[] {
  const said = new Map<string, Said>();
  for (const artifact of work) {
    for (const { key, text } of artifact.fields[field]) {
      if (!said.has(key)) said.set(key, { key, text });
    }
  }
  return [...said.values()];
}
