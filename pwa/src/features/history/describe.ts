import type { HistoryEntry } from "../../data";
import { t } from "../../i18n";

type Deed = keyof typeof t.history.op;

const fieldDeeds: Record<string, { add: Deed; remove: Deed }> = {
  tags: { add: "addTag", remove: "removeTag" },
  interests: { add: "addInterest", remove: "removeInterest" },
  alignments: { add: "addAlignment", remove: "removeAlignment" },
  attachments: { add: "addAttachment", remove: "removeAttachment" },
};

/** What a change was, in the words of the screens. */
export function deedOf(entry: Pick<HistoryEntry, "op" | "field">): Deed {
  const { op, field } = entry;
  if (op === "create" || op === "delete" || op === "restore") return op;
  if (op === "place") return "order";
  const deeds = field ? fieldDeeds[field] : undefined;
  if (deeds) return op === "remove" ? deeds.remove : deeds.add;
  if (
    field === "title" ||
    field === "words" ||
    field === "happened" ||
    field === "where" ||
    field === "audience" ||
    field === "cover"
  )
    return field;
  return "other";
}

function wordsIn(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  const element = "v" in value ? value.v : value;
  if (typeof element !== "object" || element === null) return "";
  const { text, because, caption, title, name, words, url } = element as Record<string, unknown>;
  return (
    [text, because, caption, title, name, words, url].find(
      (word): word is string => typeof word === "string" && word !== "",
    ) ?? ""
  );
}

/** What to show of a changed value: the words a person wrote, if any. */
export function previewOf(field: string | null, value: unknown): string {
  if (field === "audience") return value === "me" ? t.artifact.onlyMe : t.artifact.teachers;
  if (field === "cover") return "";
  const { title, words } = beginning(value);
  if (title && words) return `${title}\n${words}`;
  if (typeof value === "object" && value !== null && "fields" in value) return wordsIn(value.fields);
  return wordsIn(value);
}

/** The words with which a piece began; a field without words is left out. */
function beginning(value: unknown): { title?: string; words?: string } {
  if (typeof value !== "object" || value === null || !("fields" in value)) return {};
  const { title, words } = value.fields as Record<string, unknown>;
  return {
    ...(typeof title === "string" && title && { title }),
    ...(typeof words === "string" && words && { words }),
  };
}

/** How an old value is put back. Undefined: there is nothing to put back. */
export type Back =
  | { how: "begin"; title?: string; words?: string }
  | { how: "set" | "text"; field: string; value: unknown }
  | { how: "add"; field: string; key: string; value: object };

export function backOf(entry: Pick<HistoryEntry, "op" | "field" | "value">): Back | undefined {
  const { op, field, value } = entry;
  if (op === "create") {
    const first = beginning(value);
    return Object.keys(first).length > 0 ? { how: "begin", ...first } : undefined;
  }
  if (!field || field === "flags") return undefined;
  if (op === "text") return { how: "text", field, value };
  if (op === "set" && field !== "audience") return { how: "set", field, value };
  if (op === "add" && typeof value === "object" && value !== null && "key" in value && "v" in value) {
    const { key, v } = value;
    if (typeof key === "string" && typeof v === "object" && v !== null)
      return { how: "add", field, key, value: v };
  }
  return undefined;
}

/** Is the record like this now already? */
export function isNow(back: Back, fields: Record<string, unknown>): boolean {
  if (back.how === "begin") {
    const { how: _how, ...first } = back;
    return Object.entries(first).every(([field, words]) => fields[field] === words);
  }
  const now = fields[back.field];
  if (back.how !== "add") return now === back.value;
  if (!Array.isArray(now)) return false;
  const element = (now as Record<string, unknown>[]).find(({ key }) => key === back.key);
  return (
    element !== undefined && Object.entries(back.value).every(([name, value]) => element[name] === value)
  );
}
