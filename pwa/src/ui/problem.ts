import { ApiProblem, LocalProblem, TransportProblem } from "../data";
import { language, t } from "../i18n";

type Said = Pick<ApiProblem, "slug" | "sentence">;
type Known = keyof typeof t.common.problem;

/** A sentence a person can act on. Ours for what we know, in their language; else the server's own sentence. */
export function problemWords(error: unknown): string {
  const ours = t.common.problem;
  if (error instanceof TransportProblem) return error.reason === "captive" ? ours.captive : ours.unreachable;
  if (error instanceof LocalProblem) return ours[error.slug];
  if (error instanceof ApiProblem) return known(error) ?? (error.sentence || ours.unknown);
  return ours.unknown;
}

/** The same for what the engine tells of the last try. */
export function statusWords(problem: Said): string {
  return known(problem) ?? (problem.sentence || t.common.problem.unknown);
}

/** Our own words for a problem of the server; English readers get the server's, which may say more. */
function known(error: Said): string | undefined {
  const ours = t.common.problem;
  if (language() === "en" && error.sentence) return undefined;
  return Object.hasOwn(ours, error.slug) ? ours[error.slug as Known] : undefined;
}

/** What the server said about one field of a form; `words` say it in other languages than the server's. */
export function fieldError(error: unknown, field: string, words?: string): string | undefined {
  if (!(error instanceof ApiProblem) || !error.errors?.[field]) return undefined;
  return (language() === "en" ? undefined : words) ?? known(error) ?? error.errors[field].join(" ");
}

/** The problem, unless all of it already stands beside these fields. */
export function beside(error: unknown, ...fields: string[]): unknown {
  const told = error instanceof ApiProblem ? Object.keys(error.errors ?? {}) : [];
  return told.length > 0 && told.every((field) => fields.includes(field)) ? undefined : error;
}
