import type { Attachment, FileAttachment, View } from "../../data";
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

/** The picture that stands for a piece: the chosen cover, else the first photo or video; undefined when it has none. */
export function coverOf(artifact: View<"artifact">): (FileAttachment & { key: string }) | undefined {
  const pictures = artifact.fields.attachments.filter(
    (attachment): attachment is FileAttachment & { key: string } =>
      attachment.type === "photo" || attachment.type === "video",
  );
  return pictures.find((picture) => picture.key === artifact.fields.cover) ?? pictures[0];
}
