// Kinds of record, their fields and how each merges, as the server declares them in backend/pathfolio/records.

export type Merge = "scalar" | "text" | "members" | "ordered";

/** A set of values by key; each is added and removed on its own. */
export type Members<V> = { readonly merge: "members"; readonly value: V };
/** A sequence of values by key; each has a place of its own. */
export type Ordered<V> = { readonly merge: "ordered"; readonly value: V };

export interface FileAttachment {
  type: "photo" | "video" | "audio" | "document" | "file";
  upload: string;
  sha256: string;
  size: number;
  mime: string;
  name: string;
  caption: string;
  width?: number;
  height?: number;
  thumbhash?: string;
}
export interface LinkAttachment {
  type: "link";
  url: string;
  title: string;
}
export type Attachment = FileAttachment | LinkAttachment;

export interface KindFields {
  artifact: {
    title: string;
    words: string;
    happened: string | null;
    where: string;
    audience: string;
    cover: string | null;
    tags: Members<{ text: string }>;
    interests: Members<{ text: string; cluster?: string }>;
    alignments: Members<{
      framework: string;
      standard: string;
      because: string;
      judgement: null | "starting" | "growing" | "confident";
    }>;
    attachments: Ordered<Attachment>;
  };
  feedback: { artifact: string; audience: "me" | "published"; glow: string; grow: string; question: string };
  reply: { artifact: string; feedback: string; words: string; helped: boolean | null };
  seen: { artifact: string };
  showcase: {
    title: string;
    audience: string;
    for_whom: string;
    purpose: string;
    date: string | null;
    notes: string;
    items: Ordered<{ artifact?: string; heading?: string; caption?: string }>;
  };
  settings: { language: string; theme: string; data_saver: boolean | null };
  person: {
    name: string;
    role: "student" | "teacher" | "coordinator";
    classes: string[];
    status: "active" | "pending" | "inactive";
  };
  class: { title: string; teachers: string[]; active: boolean };
  framework: { title: string; sha256: string; url: string; items: number; type: "case" | "clusters" };
  not_accepted: {
    mutation: unknown;
    code: string;
    sentence: string;
    record: string;
    kind: string;
    at: string;
    followers: unknown[];
  };
}

export type Kind = keyof KindFields;

export interface FieldPlan {
  merge: Merge;
  /** What an absent field of this name reads as. */
  empty: string | number | boolean | null | readonly [];
}

export const KINDS: {
  readonly [K in Kind]: { readonly fields: { readonly [F in keyof KindFields[K]]: FieldPlan } };
} = {
  artifact: {
    fields: {
      title: { merge: "scalar", empty: "" },
      words: { merge: "text", empty: "" },
      happened: { merge: "scalar", empty: null },
      where: { merge: "scalar", empty: "" },
      audience: { merge: "scalar", empty: "teachers" },
      cover: { merge: "scalar", empty: null },
      tags: { merge: "members", empty: [] },
      interests: { merge: "members", empty: [] },
      alignments: { merge: "members", empty: [] },
      attachments: { merge: "ordered", empty: [] },
    },
  },
  feedback: {
    fields: {
      artifact: { merge: "scalar", empty: "" },
      audience: { merge: "scalar", empty: "me" },
      glow: { merge: "text", empty: "" },
      grow: { merge: "text", empty: "" },
      question: { merge: "text", empty: "" },
    },
  },
  reply: {
    fields: {
      artifact: { merge: "scalar", empty: "" },
      feedback: { merge: "scalar", empty: "" },
      words: { merge: "text", empty: "" },
      helped: { merge: "scalar", empty: null },
    },
  },
  seen: { fields: { artifact: { merge: "scalar", empty: "" } } },
  showcase: {
    fields: {
      title: { merge: "scalar", empty: "" },
      audience: { merge: "scalar", empty: "me" },
      for_whom: { merge: "scalar", empty: "" },
      purpose: { merge: "scalar", empty: "" },
      date: { merge: "scalar", empty: null },
      notes: { merge: "text", empty: "" },
      items: { merge: "ordered", empty: [] },
    },
  },
  settings: {
    fields: {
      language: { merge: "scalar", empty: "" },
      theme: { merge: "scalar", empty: "" },
      data_saver: { merge: "scalar", empty: null },
    },
  },
  person: {
    fields: {
      name: { merge: "scalar", empty: "" },
      role: { merge: "scalar", empty: "student" },
      classes: { merge: "scalar", empty: [] },
      status: { merge: "scalar", empty: "active" },
    },
  },
  class: {
    fields: {
      title: { merge: "scalar", empty: "" },
      teachers: { merge: "scalar", empty: [] },
      active: { merge: "scalar", empty: true },
    },
  },
  framework: {
    fields: {
      title: { merge: "scalar", empty: "" },
      sha256: { merge: "scalar", empty: "" },
      url: { merge: "scalar", empty: "" },
      items: { merge: "scalar", empty: 0 },
      type: { merge: "scalar", empty: "case" },
    },
  },
  not_accepted: {
    fields: {
      mutation: { merge: "scalar", empty: null },
      code: { merge: "scalar", empty: "" },
      sentence: { merge: "scalar", empty: "" },
      record: { merge: "scalar", empty: "" },
      kind: { merge: "scalar", empty: "" },
      at: { merge: "scalar", empty: "" },
      followers: { merge: "scalar", empty: [] },
    },
  },
};
