import { describe, expect, it } from "vitest";
import type { View } from "../../data";
import { slidesOf, type Slide } from "./slides";

type Artifact = View<"artifact">;

const story = {
  id: "s",
  fields: { title: "Hands and dough", for_whom: "my family", date: "2026-12-04" },
} as unknown as View<"showcase">;

function piece(title: string, over: { words?: string; photos?: string[]; deleted?: true }): Artifact {
  return {
    id: title,
    fields: {
      title,
      words: over.words ?? "",
      attachments: (over.photos ?? []).map((key) => ({ key, type: "photo", caption: `about ${key}` })),
    },
    ...(over.deleted && { deleted: { by: "ana", at: "2026-11-01" } }),
  } as unknown as Artifact;
}

const said = (slides: Slide[]) => slides.map((slide) => slide.id);
const told = (parts: Parameters<typeof slidesOf>[1]) =>
  slidesOf(story, parts, (artifact) => artifact.fields.title);

describe("the slides of a showcase", () => {
  it("begin with its name and audience and end with thanks", () => {
    const slides = told([]);
    expect(said(slides)).toEqual(["cover", "end"]);
    expect(slides[0]).toMatchObject({ title: "Hands and dough", whom: "my family" });
  });

  it("follow the student's order: pictures one by one, then the words", () => {
    const slides = told([
      { key: "h", heading: "How it began" },
      {
        key: "a",
        artifact: piece("Bread", { words: "I kneaded.", photos: ["one", "two"] }),
        caption: "My first loaf",
      },
    ]);
    expect(said(slides)).toEqual(["cover", "h", "a.one", "a.two", "a.words", "end"]);
    expect(slides[2]).toMatchObject({ caption: "My first loaf" });
    expect(slides[3]).toMatchObject({ caption: "about two" });
  });

  it("give a piece without picture and words a slide of its own", () => {
    expect(told([{ key: "a", artifact: piece("An idea", {}) }])[1]).toMatchObject({
      kind: "heading",
      title: "An idea",
    });
  });

  it("leave out empty headings, what is in the trash and what is not on this device", () => {
    const trashed = piece("Gone", { photos: ["one"], deleted: true });
    expect(said(told([{ key: "h", heading: " " }, { key: "a", artifact: trashed }, { key: "b" }]))).toEqual([
      "cover",
      "end",
    ]);
  });
});
