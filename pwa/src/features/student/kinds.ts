import type { Attachment, View } from "../../data";
import type { IconName } from "../../ui/icons";

/** What a piece of work holds, in the order a glance should meet it. */
export type WorkKind = Attachment["type"] | "words";

export const kindIcons: Record<WorkKind, IconName> = {
  photo: "pictures",
  video: "present",
  audio: "talk",
  document: "file",
  file: "file",
  link: "link",
  words: "note",
};

/** Each kind once, in the student's order; words come last. */
export function kindsOf(artifact: View<"artifact">): WorkKind[] {
  const kinds = new Set<WorkKind>(artifact.fields.attachments.map((attachment) => attachment.type));
  if (artifact.fields.words.trim() !== "") kinds.add("words");
  return [...kinds];
}
