/** What a person had written in a change that was refused: the words only, for reading and copying. */
export function mutationWords(mutation: unknown): string {
  if (typeof mutation !== "object" || mutation === null) return "";
  return written((mutation as { value?: unknown }).value)
    .filter((words) => words.trim())
    .join("\n\n");
}

/** Keys whose values are for machines. */
const machine = new Set([
  "key",
  "kind",
  "p",
  "upload",
  "sha256",
  "mime",
  "type",
  "thumbhash",
  "framework",
  "standard",
  "audience",
  "artifact",
  "feedback",
]);

function written(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(written);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (machine.has(key) ? [] : written(inner)));
}
