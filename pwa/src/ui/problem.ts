import { ApiProblem, LocalProblem, TransportProblem } from "../data";
import { language, t } from "../i18n";

type Known = keyof typeof t.common.problem;

/** A sentence a person can act on. Ours for what we know, in their language; else the server's own sentence. */
export function problemWords(error: unknown): string {
  const ours = t.common.problem;
  if (error instanceof TransportProblem) return error.reason === "captive" ? ours.captive : ours.unreachable;
  if (error instanceof LocalProblem) return ours[error.slug];
  if (error instanceof ApiProblem) {
    if (language() === "en" && error.sentence) return error.sentence;
    return Object.hasOwn(ours, error.slug) ? ours[error.slug as Known] : error.sentence || ours.unknown;
  }
  return ours.unknown;
}

/** The sentences of one field of a form, as the server gave them. */
export function fieldError(error: unknown, field: string): string | undefined {
  return error instanceof ApiProblem ? error.errors?.[field]?.join(" ") : undefined;
}
