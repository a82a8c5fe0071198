// The calls that need a network. Each throws ApiProblem with the server's sentence, or TransportProblem.

import type {
  Api,
  ApiClass,
  ApiPerson,
  AuditEvent,
  Code,
  HistoryEntry,
  ListedPerson,
  PendingPerson,
  ServerState,
  SessionRow,
} from "./api-shapes";
import type { Request, Transport } from "./ports/ports";
import { check } from "./sync/answers";

type Method = Request["method"];
type Params = Readonly<Record<string, string | undefined>>;

function withQuery(path: string, params: Params): string {
  const given = Object.entries(params).filter((entry): entry is [string, string] => (entry[1] ?? "") !== "");
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

export function makeApi(transport: () => Transport): Api {
  async function call<T>(method: Method, path: string, json?: unknown): Promise<T> {
    const body = json === undefined ? {} : { json };
    return check(await transport().send({ method, path, ...body })).json as T;
  }
  const get = <T>(path: string, params: Params = {}): Promise<T> => call<T>("GET", withQuery(path, params));
  const done = async (method: Method, path: string, json?: unknown): Promise<void> => {
    await call(method, path, json);
  };
  const person = (id: string): string => `/api/people/${encodeURIComponent(id)}`;
  const klass = (id: string): string => `/api/classes/${encodeURIComponent(id)}`;

  return {
    sessions: async () => (await get<{ sessions: SessionRow[] }>("/api/sessions")).sessions,
    endSession: (id) => done("DELETE", `/api/sessions/${encodeURIComponent(id)}`),
    changePassword: (old, fresh) => done("POST", "/api/password", { old, new: fresh }),
    lookAtJoinCode: (code) => call("POST", "/api/join/look", { code }),

    server: () => get<ServerState>("/api/operator"),
    events: (before) => get<{ events: AuditEvent[]; next: string | null }>("/api/audit", { before }),

    people: (query = {}) => get<{ people: ApiPerson[]; next: string | null }>("/api/people", query),
    person: (id) => get<ApiPerson>(person(id)),
    addPerson: (fresh) => call("POST", "/api/people", fresh),
    changePerson: (id, change) => call("PATCH", person(id), change),
    personCode: (id) => call("POST", `${person(id)}/code`, {}),
    devices: async (id) => (await get<{ sessions: SessionRow[] }>(`${person(id)}/devices`)).sessions,
    endDevice: (id, session) => done("DELETE", `${person(id)}/devices/${encodeURIComponent(session)}`),

    classes: async () => (await get<{ classes: ApiClass[] }>("/api/classes")).classes,
    addClass: (title) => call("POST", "/api/classes", { title }),
    changeClass: (id, change) => call("PATCH", klass(id), change),
    putInClass: (id, who, role) => done("PUT", `${klass(id)}/people/${encodeURIComponent(who)}`, { role }),
    takeFromClass: (id, who, confirm = false) =>
      done(
        "DELETE",
        withQuery(`${klass(id)}/people/${encodeURIComponent(who)}`, confirm ? { confirm: "true" } : {}),
      ),
    classList: async (id, text, dryRun) => {
      const body = { text, dry_run: dryRun };
      return (await call<{ people: ListedPerson[] }>("POST", `${klass(id)}/list`, body)).people;
    },
    openJoinCode: (id, minutes) => call("POST", `${klass(id)}/join-code`, { minutes }),
    joinCode: async (id) => {
      const found = await call<Partial<Code> | undefined>("GET", `${klass(id)}/join-code`);
      return found?.code === undefined || found.expires === undefined
        ? undefined
        : { code: found.code, expires: found.expires };
    },
    closeJoinCode: (id) => done("DELETE", `${klass(id)}/join-code`),
    pending: async (id) => (await get<{ people: PendingPerson[] }>(`${klass(id)}/pending`)).people,
    decide: (id, who, accept) => done("POST", `${klass(id)}/pending/${encodeURIComponent(who)}`, { accept }),

    history: (record, before) =>
      get<{ entries: HistoryEntry[]; next: string | null }>(
        `/api/records/${encodeURIComponent(record)}/history`,
        { before },
      ),
  };
}
