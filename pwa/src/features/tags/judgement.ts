import type { View } from "../../data";

export type Alignment = View<"artifact">["fields"]["alignments"][number];
export type Judgement = Alignment["judgement"];

/** The student's own words about themselves: no scale of anyone else's. */
export const judgements = ["starting", "growing", "confident"] as const satisfies readonly Judgement[];
