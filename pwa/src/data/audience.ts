// Where a record lives: the space that follows from its kind, its author and its audience.

import type { WireRecord } from "./types.gen";

/** The space of one's own audience; undefined when it is another record's space (published feedback). */
export function audienceSpace(kind: string, audience: unknown, by: string): string | undefined {
  if (kind === "settings") return `u:${by}`;
  if (kind !== "artifact" && kind !== "showcase") return audience === "published" ? undefined : `u:${by}`;
  if (typeof audience === "string" && audience.startsWith("group:")) return `g:${audience.slice(6)}`;
  if (typeof audience === "string" && audience.startsWith("circle:")) return `r:${audience.slice(7)}`;
  const usual = kind === "artifact" ? "teachers" : "me";
  return `${(audience ?? usual) === "teachers" ? "p" : "u"}:${by}`;
}

export function spaceOf(record: WireRecord): string | undefined {
  return audienceSpace(record.kind, record.fields["audience"], record.by);
}
