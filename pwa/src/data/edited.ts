// An edited file stands for its original, which is from then on its owner's alone (docs/media.md).

import type { ArtifactAttachmentsValue } from "./types.gen";

type FileValue = Exclude<ArtifactAttachmentsValue, { type: "link" }>;

/** Every upload that the one shown stands for. */
function behind({ replaces }: FileValue): string[] {
  return replaces === undefined ? [] : [replaces.upload, ...(replaces.earlier ?? [])];
}

/** A value put over another by undo or from history. Going back before an edit says so: else it would stay hidden. */
export function putOver(shown: object | undefined, wanted: object): object {
  const [now, next] = [shown as FileValue | undefined, wanted as FileValue];
  if (now?.replaces === undefined || now.upload === next.upload) return wanted;
  const over = behind(now);
  if (!over.includes(next.upload)) return wanted;
  const restores = [now.upload, ...over].filter((id) => id !== next.upload);
  return { ...next, restores };
}

/** What somebody said of the file before it was edited: its words are taken, its picture is not. */
export function wordsOver(shown: object | undefined, wanted: object): object {
  const [now, next] = [shown as FileValue | undefined, wanted as FileValue];
  if (now?.replaces === undefined || !behind(now).includes(next.upload)) return wanted;
  return { ...now, ...(next.caption !== undefined && { caption: next.caption }) };
}
