// Written by `python -m pathfolio.records.generate` (make types) from backend/pathfolio/records.
// Do not edit: change the declaration there.

export type MergeType = 'scalar' | 'text' | 'members' | 'ordered';

/** [number of changes of the record, id of the mutation that made it] */
export type Rev = [number, string];

export type Op = 'create' | 'set' | 'text' | 'add' | 'remove' | 'place' | 'delete' | 'restore';

/** A mutation as it travels; all keys are always present. */
export interface WireMutation {
  id: string;
  n: number;
  space: string;
  op: Op;
  record: string;
  field: string | null;
  value: unknown;
  base: Rev | null;
  after: string | null;
  pulled: string | null;
  at: string;
}

export type RenditionSize = 'w320' | 'w1024' | 'w2000' | 'jpg1024';

/** What the server knows about an uploaded file; written by the server alone. */
export interface MediaInfo {
  state: 'verifying' | 'verified' | 'damaged' | 'rejected';
  reason?: string;
  mime?: string;
  width?: number;
  height?: number;
  thumbhash?: string;
  sizes?: Partial<Record<RenditionSize, [width: number, height: number, bytes: number]>>;
}

/** A superseded value of a true conflict, keyed by the mutation that carried it. */
export interface Flag {
  field: string;
  value: unknown;
  by: string;
  at: string;
}

/** A record as it travels and is stored. Empty flags, media and deleted are left out. */
export interface WireRecord {
  id: string;
  kind: Kind;
  space: string;
  seq: number;
  rev: Rev;
  by: string;
  created: string;
  updated: string;
  deleted?: { by: string; at: string };
  fields: Record<string, unknown>;
  meta: Record<string, Rev>;
  flags?: Record<string, Flag>;
  media?: Record<string, MediaInfo>;
}

/** In the place of a record that left its space. */
export interface GoneRow {
  id: string;
  seq: number;
  gone: true;
  /** The space that it left, never where to. */
  space: string;
  /** It was erased on purpose: nothing of it may stay on a device. */
  erased?: true;
}

export type ArtifactTagsValue = {
  text: string;
};

export type ArtifactInterestsValue = {
  text: string;
  cluster?: string;
};

export type ArtifactAlignmentsValue = {
  framework: string;
  standard: string;
  because?: string;
  judgement?: 'starting' | 'growing' | 'confident' | null;
};

export type ArtifactAttachmentsValue = {
  type: 'photo' | 'video' | 'audio' | 'document' | 'file';
  upload: string;
  sha256: string;
  size: number;
  mime: string;
  name: string;
  caption?: string;
  width?: number;
  height?: number;
  thumbhash?: string;
  replaces?: {
    upload: string;
    sha256: string;
    size: number;
    mime: string;
    name: string;
    width?: number;
    height?: number;
    earlier?: string[];
    deleted?: boolean;
  };
  restores?: string[];
} | {
  type: 'link';
  url: string;
  title?: string;
};

/** One piece of work: a title, words, any number of attachments, where and when it happened. Lives in `p:{student}`, `u:{student}`, `g:{group}` or `r:{circle}`, as its audience says. */
export interface ArtifactFields {
  /** What the student calls it. */
  title: string;
  /** What the student says about it. */
  words: string;
  /** The day it happened. */
  happened: string | null;
  /** The place, in the student's words. */
  where: string;
  /** Who may see it. */
  audience: 'me' | 'teachers' | `group:${string}` | `circle:${string}`;
  /** Key of the attachment shown first. */
  cover: string | null;
  /** Own words; the key is the word in lower case. */
  tags: ({ key: string } & ArtifactTagsValue)[];
  /** Interests, perhaps tied to a career cluster; the key is the word in lower case. */
  interests: ({ key: string } & ArtifactInterestsValue)[];
  /** Standards that the student says this shows, and because of what; key: standard id. */
  alignments: ({ key: string } & ArtifactAlignmentsValue)[];
  /** Photos, recordings, files and links, in order. */
  attachments: ({ key: string } & ArtifactAttachmentsValue)[];
}

/** What a creation of `artifact` may carry. */
export interface ArtifactInput {
  /** What the student calls it. */
  title: string;
  /** What the student says about it. */
  words: string;
  /** The day it happened. */
  happened: string | null;
  /** The place, in the student's words. */
  where: string;
  /** Who may see it. */
  audience: 'me' | 'teachers' | `group:${string}` | `circle:${string}`;
  /** Key of the attachment shown first. */
  cover: string | null;
  /** Own words; the key is the word in lower case. */
  tags: Record<string, ArtifactTagsValue>;
  /** Interests, perhaps tied to a career cluster; the key is the word in lower case. */
  interests: Record<string, ArtifactInterestsValue>;
  /** Standards that the student says this shows, and because of what; key: standard id. */
  alignments: Record<string, ArtifactAlignmentsValue>;
  /** Photos, recordings, files and links, in order. */
  attachments: ({ key: string } & ArtifactAttachmentsValue)[];
}

/** A teacher's response to an artifact: what works, what could be next, a question. Lives in `u:{author}` as a draft, the artifact's space once published. */
export interface FeedbackFields {
  /** The artifact it is about. */
  artifact: string;
  /** Draft or published. */
  audience: 'me' | 'published';
  /** What works. */
  glow: string;
  /** What could be next. */
  grow: string;
  /** What the teacher would like to know. */
  question: string;
}

/** What a creation of `feedback` may carry. */
export interface FeedbackInput {
  /** The artifact it is about. */
  artifact: string;
  /** Draft or published. */
  audience: 'me' | 'published';
  /** What works. */
  glow: string;
  /** What could be next. */
  grow: string;
  /** What the teacher would like to know. */
  question: string;
}

/** The answer to feedback, by the student or the teacher. Lives in the artifact's space. */
export interface ReplyFields {
  /** The artifact it is about. */
  artifact: string;
  /** The feedback it answers. */
  feedback: string | null;
  /** What the person says. */
  words: string;
  /** Whether the feedback helped. */
  helped: boolean | null;
}

/** What a creation of `reply` may carry. */
export interface ReplyInput {
  /** The artifact it is about. */
  artifact: string;
  /** The feedback it answers. */
  feedback: string | null;
  /** What the person says. */
  words: string;
  /** Whether the feedback helped. */
  helped: boolean | null;
}

/** A teacher has looked at the artifact for a while. Lives in the artifact's space. */
export interface SeenFields {
  /** The artifact it is about. */
  artifact: string;
}

/** What a creation of `seen` may carry. */
export interface SeenInput {
  /** The artifact it is about. */
  artifact: string;
}

export type ShowcaseItemsValue = {
  artifact?: string;
  heading?: string;
  caption?: string;
};

/** An ordered, curated story for a named audience, purpose and date. Lives in `u:{student}` or `p:{student}`, as its audience says. */
export interface ShowcaseFields {
  /** What the student calls it. */
  title: string;
  /** Who may see it. */
  audience: 'me' | 'teachers';
  /** For whom it is, in the student's words. */
  for_whom: string;
  /** What it is to achieve. */
  purpose: string;
  /** The day it will be presented. */
  date: string | null;
  /** Speaker notes, hidden while presenting. */
  notes: string;
  /** Artifacts, headings and captions, in order. */
  items: ({ key: string } & ShowcaseItemsValue)[];
}

/** What a creation of `showcase` may carry. */
export interface ShowcaseInput {
  /** What the student calls it. */
  title: string;
  /** Who may see it. */
  audience: 'me' | 'teachers';
  /** For whom it is, in the student's words. */
  for_whom: string;
  /** What it is to achieve. */
  purpose: string;
  /** The day it will be presented. */
  date: string | null;
  /** Speaker notes, hidden while presenting. */
  notes: string;
  /** Artifacts, headings and captions, in order. */
  items: ({ key: string } & ShowcaseItemsValue)[];
}

/** How a person likes the client to be, on every device. Lives in `u:{person}`. */
export interface SettingsFields {
  /** BCP 47 tag; null follows the device. */
  language: string | null;
  /** Colours. */
  theme: 'system' | 'light' | 'dark';
  /** Send big files on Wi-Fi only. */
  data_saver: boolean;
}

/** What a creation of `settings` may carry. */
export interface SettingsInput {
  /** BCP 47 tag; null follows the device. */
  language: string | null;
  /** Colours. */
  theme: 'system' | 'light' | 'dark';
  /** Send big files on Wi-Fi only. */
  data_saver: boolean;
}

/** Someone of the school. The record's id is the person's id. Lives in `p:{student}` for a student, `o:{school}` for staff. */
export interface PersonFields {
  /** The name as the school writes it. */
  name: string;
  /** Role. */
  role: 'student' | 'teacher' | 'coordinator';
  /** Ids of the person's classes. */
  classes: string[];
  /** Status. */
  status: 'active' | 'pending' | 'inactive';
}

/** What a creation of `person` may carry. */
export interface PersonInput {
  /** The name as the school writes it. */
  name: string;
  /** Role. */
  role: 'student' | 'teacher' | 'coordinator';
  /** Ids of the person's classes. */
  classes: string[];
  /** Status. */
  status: 'active' | 'pending' | 'inactive';
}

/** A class. The record's id is the class's id. Lives in `c:{class}`. */
export interface ClassFields {
  /** What the class is called. */
  title: string;
  /** Ids of its teachers. */
  teachers: string[];
  /** False once the class has ended. */
  active: boolean;
}

/** What a creation of `class` may carry. */
export interface ClassInput {
  /** What the class is called. */
  title: string;
  /** Ids of its teachers. */
  teachers: string[];
  /** False once the class has ended. */
  active: boolean;
}

/** A framework of standards or a list of interests: where its immutable file is. Lives in `o:{school}`. */
export interface FrameworkFields {
  /** What the framework is called. */
  title: string;
  /** SHA-256 of the file. */
  sha256: string;
  /** Where the file is, on this server. */
  url: string;
  /** How many items it holds. */
  items: number;
  /** Standards or interests. */
  type: 'case' | 'clusters';
}

/** What a creation of `framework` may carry. */
export interface FrameworkInput {
  /** What the framework is called. */
  title: string;
  /** SHA-256 of the file. */
  sha256: string;
  /** Where the file is, on this server. */
  url: string;
  /** How many items it holds. */
  items: number;
  /** Standards or interests. */
  type: 'case' | 'clusters';
}

/** A change that the server refused, kept whole for its author, with the reason. Lives in `u:{author}`. */
export interface NotAcceptedFields {
  /** The whole mutation as it came. */
  mutation: WireMutation | null;
  /** Why, as a word. */
  code: string;
  /** Why, in a sentence. */
  sentence: string;
  /** The record it was meant for. */
  record: string;
  /** The kind of that record, where known. */
  kind: string | null;
  /** When it was refused. */
  at: string;
  /** Later changes of the same refused creation. */
  followers: WireMutation[];
}

/** What a creation of `not_accepted` may carry. */
export interface NotAcceptedInput {
  /** The whole mutation as it came. */
  mutation: WireMutation;
  /** Why, as a word. */
  code: string;
  /** Why, in a sentence. */
  sentence: string;
  /** The record it was meant for. */
  record: string;
  /** The kind of that record, where known. */
  kind: string | null;
  /** When it was refused. */
  at: string;
  /** Later changes of the same refused creation. */
  followers: WireMutation[];
}

export type Kind = 'artifact' | 'feedback' | 'reply' | 'seen' | 'showcase' | 'settings' | 'person' | 'class' | 'framework' | 'not_accepted';

export interface AllFields {
  artifact: ArtifactFields;
  feedback: FeedbackFields;
  reply: ReplyFields;
  seen: SeenFields;
  showcase: ShowcaseFields;
  settings: SettingsFields;
  person: PersonFields;
  class: ClassFields;
  framework: FrameworkFields;
  not_accepted: NotAcceptedFields;
}

export interface AllInputs {
  artifact: ArtifactInput;
  feedback: FeedbackInput;
  reply: ReplyInput;
  seen: SeenInput;
  showcase: ShowcaseInput;
  settings: SettingsInput;
  person: PersonInput;
  class: ClassInput;
  framework: FrameworkInput;
  not_accepted: NotAcceptedInput;
}

/** A record's fields as screens see them. */
export type Fields<K extends Kind> = AllFields[K];

/** What a creation may carry; ordered fields as a list, in order. */
export type Input<K extends Kind> = AllInputs[K];

/** How each field merges. */
export const KINDS: { readonly [K in Kind]: Readonly<Record<keyof AllFields[K], MergeType>> } = {
  artifact: {
    title: 'scalar',
    words: 'text',
    happened: 'scalar',
    where: 'scalar',
    audience: 'scalar',
    cover: 'scalar',
    tags: 'members',
    interests: 'members',
    alignments: 'members',
    attachments: 'ordered',
  },
  feedback: {
    artifact: 'scalar',
    audience: 'scalar',
    glow: 'text',
    grow: 'text',
    question: 'text',
  },
  reply: {
    artifact: 'scalar',
    feedback: 'scalar',
    words: 'text',
    helped: 'scalar',
  },
  seen: {
    artifact: 'scalar',
  },
  showcase: {
    title: 'scalar',
    audience: 'scalar',
    for_whom: 'scalar',
    purpose: 'scalar',
    date: 'scalar',
    notes: 'text',
    items: 'ordered',
  },
  settings: {
    language: 'scalar',
    theme: 'scalar',
    data_saver: 'scalar',
  },
  person: {
    name: 'scalar',
    role: 'scalar',
    classes: 'scalar',
    status: 'scalar',
  },
  class: {
    title: 'scalar',
    teachers: 'scalar',
    active: 'scalar',
  },
  framework: {
    title: 'scalar',
    sha256: 'scalar',
    url: 'scalar',
    items: 'scalar',
    type: 'scalar',
  },
  not_accepted: {
    mutation: 'scalar',
    code: 'scalar',
    sentence: 'scalar',
    record: 'scalar',
    kind: 'scalar',
    at: 'scalar',
    followers: 'scalar',
  },
};

/** What an absent scalar or text means. */
export const EMPTY: { readonly [K in Kind]: Readonly<Partial<AllFields[K]>> } = {
  artifact: {
    title: '',
    words: '',
    happened: null,
    where: '',
    audience: 'teachers',
    cover: null,
  },
  feedback: {
    audience: 'me',
    glow: '',
    grow: '',
    question: '',
  },
  reply: {
    words: '',
    helped: null,
  },
  seen: {},
  showcase: {
    title: '',
    audience: 'me',
    for_whom: '',
    purpose: '',
    date: null,
    notes: '',
  },
  settings: {
    language: null,
    theme: 'system',
    data_saver: false,
  },
  person: {
    name: '',
    role: 'student',
    classes: [],
    status: 'active',
  },
  class: {
    title: '',
    teachers: [],
    active: true,
  },
  framework: {
    title: '',
    sha256: '',
    url: '',
    items: 0,
    type: 'case',
  },
  not_accepted: {
    mutation: null,
    code: '',
    sentence: '',
    record: '',
    kind: null,
    at: '',
    followers: [],
  },
};
