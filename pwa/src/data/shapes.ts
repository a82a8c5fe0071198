// The types that screens see: views of records, lists, custody, and the two doors `Local` and `Accounts`.

import type {
  ArtifactAttachmentsValue,
  Fields,
  Input,
  Kind,
  MediaInfo,
  RenditionSize,
  Rev,
} from "./types.gen";

export type { Fields, Input, Kind, MediaInfo, Rev } from "./types.gen";

/** Where members are expected a screen gives a record by key, ordered fields as a list in order. */
export type FieldName<K extends Kind> = keyof Fields<K> & string;

type WithKey<V> = V extends unknown ? V & { key: string } : never;
export type Attachment = WithKey<ArtifactAttachmentsValue>;
export type LinkAttachment = Extract<Attachment, { type: "link" }>;
export type FileAttachment = Exclude<Attachment, { type: "link" }>;

export interface Conflict {
  key: string;
  field: string;
  /** The value that was set aside. The one in `fields` is shown. */
  value: unknown;
  by: string;
  at: string;
}

export type Rendition = RenditionSize;
export type MediaSize = RenditionSize | "original";

/** From least to most safe: refused, device, wifi, sending, checking, safe, seen. */
export type CustodyState = "device" | "wifi" | "sending" | "checking" | "safe" | "seen" | "refused";
export interface Custody {
  state: CustodyState;
  sent?: number;
  of?: number;
  /** For `refused` a sentence; for `device` the word "elsewhere" when another device holds the bytes. */
  reason?: string;
}

export interface View<K extends Kind> {
  id: string;
  kind: K;
  space: string;
  by: string;
  created: string;
  updated: string;
  deleted?: { by: string; at: string };
  fields: Fields<K>;
  conflicts: Conflict[];
  media: Record<string, MediaInfo>;
  /** What version of the record this shows; an editor hands the one it began with to `set` or `text`. */
  rev: Rev;
  custody: Custody;
  /** Mutations of this record that the server has not confirmed. */
  waiting: number;
}

/** A Svelte store: calls back as soon as data is read, and after every commit that changes it. */
export interface Live<T> {
  subscribe(run: (value: T) => void): () => void;
}

export interface Page<T> {
  rows: T[];
  more: boolean;
  total?: number;
}

export interface Query {
  space?: string;
  by?: string;
  /** Feedback, replies and seen marks of this artifact. */
  about?: string;
  /** Key of a tag, interest or standard. */
  tag?: string;
  /** Every word must be the beginning of a word of the record; accents and case do not matter. */
  text?: string;
  /** Only what is in the trash. */
  deleted?: boolean;
  /** 50 unless told. */
  limit?: number;
}

export type Role = "student" | "teacher" | "coordinator";

export interface Me {
  id: string;
  name: string;
  username: string;
  role: Role;
  status: "active" | "pending" | "inactive";
  school: { id: string; slug: string; name: string };
  /** This browser is used by several people. */
  shared: boolean;
}

export interface SyncStatus {
  /** The server answered the last call. */
  online: boolean;
  syncing: boolean;
  /** Server time of the last complete pull. */
  lastSync: string | null;
  /** Mutations not confirmed. */
  waiting: number;
  /** Items not yet safe at school. */
  notSafe: number;
  problem?: { slug: string; sentence: string };
  signInNeeded: boolean;
  updateNeeded: boolean;
  /** The account was deleted: offer a copy of unsent work, then `wipe`. */
  accountDeleted: boolean;
  /** What this device held was lost by the browser, and is being fetched again. */
  evicted: boolean;
  /** Everything that the person may see has been fetched once. */
  complete: boolean;
  /** Every space that this device holds was, when last compared, as the school has it. */
  agrees: boolean;
}

/** Whether everything on this device is at school, and if not, what still lacks. */
export interface AtSchool {
  good: boolean;
  /** Server time of the comparison; null before the first one. */
  at: string | null;
  /** Changes, files and begun forms that are only here; what the school refused. */
  changes: number;
  files: number;
  drafts: number;
  refused: number;
  /** Spaces that could not be compared yet, or differ from the school's. */
  unsure: number;
}

export interface NotSafeItem {
  /** The record to open: an artifact, feedback, reply, showcase. */
  id: string;
  kind: Kind;
  title: string;
  custody: Custody;
  parts: { what: "words" | "attachment"; name: string; custody: Custody }[];
  /** What helps: a key of the messages. */
  help: "connect" | "wifi" | "wait" | "sign_in" | "update" | "refused" | "other_device" | "storage";
}

export interface InboxRow {
  artifact: View<"artifact">;
  student: { id: string; name: string };
  why: "new" | "reply";
  /** Waiting since. */
  since: string;
  /** The newest reply without an answer, for `why: "reply"`. */
  reply?: View<"reply">;
}

export interface PersonRow {
  id: string;
  name: string;
  role: Role;
  status: "active" | "pending" | "inactive";
  classes: string[];
}

export interface ClassRow {
  id: string;
  title: string;
  active: boolean;
  teachers: string[];
  students: PersonRow[];
}

export interface Standard {
  id: string;
  /** Record id of the framework. */
  framework: string;
  code: string;
  statement: string;
  parent: string | null;
  /** Statements of its ancestors, the root first. */
  path: string[];
}

export interface PackState {
  have: number;
  of: number;
  missing: { artifact: string; upload: string; name: string }[];
}

export interface AttachMeta {
  type: "photo" | "video" | "audio" | "document" | "file";
  name: string;
  caption?: string;
  capturedAt?: string;
}

export interface Draft<T = unknown> {
  value: T;
  at: string;
}

/** One signed-in person on this device. Every promise of a write resolves when it is durable, or throws a LocalProblem. */
export interface Local {
  readonly me: Me;
  readonly status: Live<SyncStatus>;
  /** Looked at anew after each change and each sync; reads everything that is stored, so only for its own screen. */
  atSchool(): Live<AtSchool>;

  one<K extends Kind>(kind: K, id: string): Live<View<K> | undefined>;
  /** Newest first (by `created`). For the next page subscribe again with a higher limit. */
  list<K extends Kind>(kind: K, query?: Query): Live<Page<View<K>>>;

  create<K extends Kind>(kind: K, fields: Partial<Input<K>>, options?: { id?: string }): Promise<string>;
  set(id: string, field: string, value: unknown, seen?: Rev): Promise<void>;
  /**
   * The whole new text. `seen`: `view.rev` from when the editor was filled, so that what arrived since is merged with
   * and not typed over; without it, what is stored now counts as seen.
   */
  text(id: string, field: string, value: string, seen?: Rev): Promise<void>;
  /** Members: adds or updates. Ordered: puts it behind `after` (null: first; absent: last, or where it already is). */
  add(id: string, field: string, key: string, value: object, after?: string | null): Promise<void>;
  remove(id: string, field: string, key: string): Promise<void>;
  move(id: string, field: string, key: string, after: string | null): Promise<void>;
  delete(id: string): Promise<void>;
  restore(id: string): Promise<void>;
  /** Marks an artifact as seen by me (once). */
  seen(artifact: string): Promise<void>;
  /** My settings record, made when it is first written. */
  settings(): Live<Fields<"settings">>;
  setting<F extends FieldName<"settings">>(field: F, value: Fields<"settings">[F]): Promise<void>;

  /** Reverses the last action of this tab. Gives its key, such as "delete.artifact" or "text.artifact.words". */
  undo(): Promise<string | undefined>;
  /** `mine`: keep what is shown. `theirs`: take the value set aside. `both`: one after the other (text only). */
  resolve(id: string, conflict: string, keep: "theirs" | "mine" | "both"): Promise<void>;

  /** Keeps the bytes on this device, adds the attachment, queues the upload. Gives the attachment's key. */
  attach(artifact: string, file: Blob, meta: AttachMeta): Promise<string>;
  mediaUrl(upload: string, size: MediaSize): Promise<string | undefined>;

  notSafe(): Live<NotSafeItem[]>;
  notAccepted(): Live<View<"not_accepted">[]>;
  /** Saves the refused change again, on what the record is now; the entry goes. */
  retry(notAccepted: string): Promise<void>;
  dismiss(notAccepted: string): Promise<void>;

  /** For teachers: artifacts not seen, or with a reply not answered; who has waited longest first. */
  inbox(limit?: number): Live<InboxRow[]>;
  people(): Live<PersonRow[]>;
  classes(): Live<ClassRow[]>;

  standards(query: string, framework?: string): Promise<Standard[]>;
  standard(id: string): Promise<Standard | undefined>;
  suggestions(kind: "tags" | "interests", query: string): Promise<string[]>;
  /** Fetches all that a showcase shows, for presenting without a network. */
  pack(showcase: string): Promise<PackState>;

  /** What a form holds before it is saved; survives a kill of the app. While one is open the app does not update itself. */
  draft<T>(key: string): {
    get(): Promise<Draft<T> | undefined>;
    set(value: T): Promise<void>;
    clear(): Promise<void>;
  };
  drafts(): Live<{ key: string; at: string }[]>;
  /** While held (a recording, an open editor) the app does not update itself. Gives the release. */
  hold(reason: string): () => void;

  /** Unsent work as one JSON text, to be kept elsewhere. */
  copyOfUnsent(): Promise<string>;
  /** Pushes and pulls now. Never throws; look at `status`. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface SignIn {
  username: string;
  password: string;
  school?: string;
  device: string;
  shared: boolean;
}
export interface SignInWithCode {
  username: string;
  code: string;
  password: string;
  device: string;
  shared: boolean;
}
export interface Join {
  code: string;
  name: string;
  username: string;
  password: string;
  device: string;
  shared: boolean;
}

/** Who is signed in on this browser. Another person's data is never shown, sent or deleted. */
export interface Accounts {
  /** The signed-in person, also without a network. */
  current(): Promise<Local | undefined>;
  signIn(request: SignIn): Promise<Local>;
  signInWithCode(request: SignInWithCode): Promise<Local>;
  join(request: Join): Promise<Local>;
  /** After a 401: the same person signs in again and goes on where they were. Throws ApiProblem. */
  signInAgain(password: string): Promise<void>;
  /** Unsent work stays for this person's next sign-in. */
  signOut(): Promise<{ unsent: number }>;
  /** People with unsent work here, or who are not on a shared device. */
  known(): Promise<{ person: string; name: string; username: string; unsent: number }[]>;
  /** After `accountDeleted`: removes everything of this person from the device. */
  wipe(): Promise<void>;
}
