import type { Attachment, View } from "../../data";

type Artifact = View<"artifact">;
type Keyed = Attachment & { key: string };

/** What fills the screen at one moment of a presentation. */
export type Slide = { id: string; title: string } & (
  | { kind: "cover"; whom: string; date: string | null }
  | { kind: "heading"; caption: string }
  | { kind: "media"; artifact: Artifact; attachment: Keyed; caption: string }
  | { kind: "words"; words: string; caption: string }
  | { kind: "end" }
);

/** One part of a showcase with the artifact it shows, if it shows one and this device has it. */
export interface Told {
  key: string;
  heading?: string | undefined;
  caption?: string | undefined;
  artifact?: Artifact | undefined;
}

/**
 * The slides of a story, in the student's order: a cover, then for every part its heading, or its pictures and files
 * one by one and then its words; at the end a thank-you. A piece in the trash, or that is not here, is left out.
 */
export function slidesOf(
  showcase: View<"showcase">,
  parts: readonly Told[],
  titleOf: (artifact: Artifact) => string,
): Slide[] {
  const { title, for_whom: whom, date } = showcase.fields;
  return [
    { id: "cover", kind: "cover", title, whom, date },
    ...parts.flatMap((part) =>
      part.artifact ? ofArtifact(part, part.artifact, titleOf(part.artifact)) : ofHeading(part),
    ),
    { id: "end", kind: "end", title: "" },
  ];
}

function ofHeading(part: Told): Slide[] {
  const title = part.heading?.trim() ?? "";
  const caption = part.caption?.trim() ?? "";
  return title === "" && caption === "" ? [] : [{ id: part.key, kind: "heading", title, caption }];
}

function ofArtifact(part: Told, artifact: Artifact, title: string): Slide[] {
  if (artifact.deleted) return [];
  const said = part.caption?.trim() ?? "";
  const words = artifact.fields.words.trim();
  const media = artifact.fields.attachments.map((attachment, index): Slide => {
    const own = attachment.type === "link" ? "" : (attachment.caption ?? "").trim();
    // The caption written for this audience opens the piece; after it each picture says its own.
    const caption = index === 0 && said !== "" ? said : own;
    return { id: `${part.key}.${attachment.key}`, kind: "media", title, artifact, attachment, caption };
  });
  const caption = media.length === 0 ? said : "";
  if (words !== "") return [...media, { id: `${part.key}.words`, kind: "words", title, words, caption }];
  return media.length > 0 ? media : [{ id: part.key, kind: "heading", title, caption }];
}
