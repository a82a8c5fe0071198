import type { View } from "../../data";

export type Feedback = View<"feedback">;
export type Reply = View<"reply">;

export const parts = ["glow", "grow", "question"] as const;
export type Part = (typeof parts)[number];
export type Words = Record<Part, string>;

/** A change of feedback that was sent, begun when it stood at `rev`: what arrived since is merged, not typed over. */
export interface Change {
  words: Words;
  rev: Feedback["rev"];
}

export const noWords: Words = { glow: "", grow: "", question: "" };

export function wordsOf(feedback: Feedback): Words {
  const { glow, grow, question } = feedback.fields;
  return { glow, grow, question };
}

export function isEmpty(words: Words): boolean {
  return parts.every((part) => words[part].trim() === "");
}

/** One feedback that was sent, with everything that was said about it, oldest first. */
export interface Thread {
  feedback: Feedback;
  replies: Reply[];
}

const oldestFirst = (a: { created: string; id: string }, b: { created: string; id: string }): number =>
  a.created.localeCompare(b.created) || a.id.localeCompare(b.id);

/** Feedback that was sent, oldest first; drafts and what is in the trash are left out. */
export function threads(feedback: readonly Feedback[], replies: readonly Reply[]): Thread[] {
  return feedback
    .filter((one) => one.fields.audience === "published" && !one.deleted)
    .sort(oldestFirst)
    .map((one) => ({
      feedback: one,
      replies: replies
        .filter((reply) => reply.fields.feedback === one.id && !reply.deleted)
        .sort(oldestFirst),
    }));
}

/** What this person has begun and not sent yet. */
export function draftOf(feedback: readonly Feedback[], me: string): Feedback | undefined {
  return feedback.find((one) => one.by === me && one.fields.audience === "me" && !one.deleted);
}

/** Whether the newest words in a thread are someone else's, so that it is this person's turn. */
export function awaits(thread: Thread, me: string): boolean {
  const spoken = thread.replies.filter((reply) => reply.fields.words.trim() !== "");
  const last = spoken.at(-1);
  return last !== undefined && last.by !== me;
}

/** The answer in which this person said whether the feedback helped. */
export function verdictOf(thread: Thread, person: string): Reply | undefined {
  return thread.replies.find((reply) => reply.by === person && reply.fields.helped !== null);
}
