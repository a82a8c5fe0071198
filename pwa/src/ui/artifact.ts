import type { Attachment, View } from "../data";
import { t } from "../i18n";

type Artifact = View<"artifact">;
export type KeyedAttachment = Artifact["fields"]["attachments"][number];
export type KeyedFile = Exclude<KeyedAttachment, { type: "link" }>;

export function isFile<A extends Attachment>(attachment: A): attachment is Exclude<A, { type: "link" }> {
  return attachment.type !== "link";
}

export function photosOf(artifact: Artifact): KeyedFile[] {
  return artifact.fields.attachments.filter(isFile).filter(({ type }) => type === "photo");
}

/** The picture that stands for a piece: the chosen one, or the first. */
export function coverOf(artifact: Artifact): KeyedFile | undefined {
  const photos = photosOf(artifact);
  return photos.find(({ key }) => key === artifact.fields.cover) ?? photos[0];
}

/** The title, or what comes nearest to one: nothing has to be filled in. */
export function titleOf(artifact: Artifact): string {
  const { title, words, attachments } = artifact.fields;
  const firstLine = words.trim().split("\n", 1)[0] ?? "";
  const link = attachments.find((attachment) => attachment.type === "link");
  const short = firstLine.length > 80 ? `${firstLine.slice(0, 79)}…` : firstLine;
  return title || short || (link?.type === "link" ? link.title || link.url : "") || t.common.untitled;
}

/** What the server found out about a picture, over what the device knew. */
export function pictureFacts(
  artifact: Artifact,
  file: KeyedFile,
): { thumbhash?: string | undefined; width?: number | undefined; height?: number | undefined } {
  const info = artifact.media[file.upload];
  return {
    thumbhash: info?.thumbhash ?? file.thumbhash,
    width: info?.width ?? file.width,
    height: info?.height ?? file.height,
  };
}
