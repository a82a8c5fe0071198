// From a body to its row in the base (with what the indexes need) and its words for the search.

import type { BaseRow, WordsRow } from "./databases";
import { digest } from "./digest";
import { searchable } from "./fold";
import type { WireRecord } from "./types.gen";
import { entriesOf } from "./view";

const TAGGED = ["tags", "interests", "alignments"];

export function tagsOf(record: WireRecord): string[] {
  return TAGGED.flatMap((field) => Object.keys(entriesOf(record, field)));
}

/** Sorted by time among all that carry a tag; an index with several entries per row takes no compound keys. */
export function tagKey(kind: string, shelf: string, tag: string, created: string): string {
  return [kind, shelf, tag, created].join("\n");
}

export function aboutOf(record: WireRecord): string {
  const about = record.fields["artifact"];
  return typeof about === "string" ? about : "";
}

/** Ids of the files that a record shows. */
export function filesOf(record: WireRecord): string[] {
  const values = Object.values(entriesOf(record, "attachments")).map(
    ({ v }) => (v as { upload?: unknown }).upload,
  );
  return values.filter((upload) => typeof upload === "string");
}

export function shelfOf(record: WireRecord): "live" | "trash" {
  return record.deleted === undefined ? "live" : "trash";
}

export function baseRow(body: WireRecord): BaseRow {
  return {
    id: body.id,
    space: body.space,
    kind: body.kind,
    shelf: shelfOf(body),
    by: body.by,
    created: body.created,
    about: aboutOf(body),
    tags: [...new Set(tagsOf(body))].map((tag) => tagKey(body.kind, shelfOf(body), tag, body.created)),
    ...(isLoose(body) ? { loose: body.by } : {}),
    print: digest([[body.id, body.seq, body.rev[0], body.rev[1]]]).split(":")[1] ?? "",
    body,
  };
}

function isLoose(record: WireRecord): boolean {
  return filesOf(record).some((file) => record.media?.[file]?.state !== "verified");
}

const SEARCHED = new Set(["artifact", "showcase"]);

/** Undefined for kinds that are not searched. */
export function wordsOf(record: WireRecord): string | undefined {
  if (!SEARCHED.has(record.kind)) return undefined;
  const texts = ["title", "words", "where", "for_whom", "purpose", "notes"].map(
    (field) => record.fields[field],
  );
  const tags = ["tags", "interests"]
    .flatMap((field) => Object.values(entriesOf(record, field)))
    .map(({ v }) => v);
  const named = tags.map((v) => (v as { text?: unknown }).text);
  return searchable([...texts, ...named].filter((text) => typeof text === "string"));
}

export function wordsRow(body: WireRecord): WordsRow | undefined {
  const text = wordsOf(body);
  if (text === undefined) return undefined;
  return { id: body.id, kind: body.kind, shelf: shelfOf(body), created: body.created, text };
}
