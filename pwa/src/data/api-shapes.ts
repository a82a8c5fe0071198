// The calls that need a network, as types. Each throws ApiProblem, or TransportProblem when the server can't be reached.

import type { Role } from "./shapes";

export interface ApiPerson {
  id: string;
  name: string;
  username: string | null;
  role: Role;
  status: "active" | "pending" | "inactive";
  classes?: { id: string; title: string; role: "student" | "teacher" }[];
}

export interface ApiClass {
  id: string;
  title: string;
  active: boolean;
  people?: { id: string; name: string; role: "student" | "teacher" }[];
}

export interface SessionRow {
  id: string;
  device: string;
  shared: boolean;
  created: string;
  last_seen: string;
  current: boolean;
}

export interface Code {
  code: string;
  expires: string;
}

export interface ListedPerson {
  line: number;
  name: string;
  username: string;
  person?: string;
  code?: string;
  state: "new" | "known" | "problem";
  detail?: string;
}

export interface PendingPerson {
  id: string;
  name: string;
  username: string;
  asked: string;
}

export interface HistoryEntry {
  id: string;
  rev: number;
  op: string;
  field: string | null;
  value: unknown;
  by: string;
  at: string;
  status: string;
  superseded?: unknown;
}

export interface ServerState {
  version: string;
  now: string;
  epoch: { id: string; began: string; reason: string };
  backup: { at: string; files: number; records: number } | null;
  /** Broken promises by name; what was left out. */
  verified: { at: string; problems: Record<string, number>; skipped: string[] } | null;
  disk: { free: number; total: number };
  /** Devices are told of changes at once. */
  pokes: boolean;
  jobs: { waiting: number; running: number; failed: number; late_since: string | null };
  /** Changes that were not accepted, by code. */
  refused: Record<string, number>;
  devices: number;
  behind: {
    person: { id: string; name: string };
    device: string;
    app: string;
    seen: string;
    waiting: number | null;
    files: number | null;
  }[];
  behind_count: number;
}

export interface AuditEvent {
  id: string;
  at: string;
  action: string;
  /** Null: at the server's own command line. */
  actor: { id: string; name: string } | null;
  target: { id: string; name: string } | null;
}

export interface Api {
  server(): Promise<ServerState>;
  /** The newest first; `next` of a page leads to the following one. */
  events(before?: string): Promise<{ events: AuditEvent[]; next: string | null }>;
  sessions(): Promise<SessionRow[]>;
  endSession(id: string): Promise<void>;
  changePassword(old: string, fresh: string): Promise<void>;
  lookAtJoinCode(code: string): Promise<{ class: { title: string }; school: { name: string } }>;

  people(query?: {
    role?: Role;
    class?: string;
    q?: string;
    cursor?: string;
  }): Promise<{ people: ApiPerson[]; next: string | null }>;
  person(id: string): Promise<ApiPerson>;
  addPerson(person: {
    name: string;
    username?: string;
    role: Role;
  }): Promise<{ person: ApiPerson; code: string }>;
  changePerson(
    id: string,
    change: { name?: string; role?: Role; active?: boolean; confirm?: boolean },
  ): Promise<ApiPerson>;
  /** A one-time code with which the person sets a new password. */
  personCode(id: string): Promise<Code>;
  devices(person: string): Promise<SessionRow[]>;
  endDevice(person: string, session: string): Promise<void>;

  classes(): Promise<ApiClass[]>;
  addClass(title: string): Promise<ApiClass>;
  changeClass(id: string, change: { title?: string; active?: boolean; confirm?: boolean }): Promise<ApiClass>;
  putInClass(id: string, person: string, role: "student" | "teacher"): Promise<void>;
  /** `confirm`: go on although more than a fifth of all memberships end. */
  takeFromClass(id: string, person: string, confirm?: boolean): Promise<void>;
  classList(id: string, text: string, dryRun: boolean): Promise<ListedPerson[]>;
  openJoinCode(classId: string, minutes: number): Promise<Code>;
  joinCode(classId: string): Promise<Code | undefined>;
  closeJoinCode(classId: string): Promise<void>;
  pending(classId: string): Promise<PendingPerson[]>;
  decide(classId: string, person: string, accept: boolean): Promise<void>;

  history(record: string, before?: string): Promise<{ entries: HistoryEntry[]; next: string | null }>;
}
