// The local school: all that screens may import. Storage, network and sync are behind it.

export * from "./shapes";
export { ApiProblem, LocalProblem, TransportProblem } from "./problems";
export type { LocalSlug, OfflineReason } from "./problems";
export type { Api, ApiPerson, HistoryEntry, SessionRow } from "./api-shapes";
export type { AuditEvent, ServerState } from "./api-shapes";
export type { ApiClass, Code, ListedPerson, PendingPerson } from "./api-shapes";
export { accounts, api, newId, scriptUrl, whenFree } from "./open";
