// Statuses of the server that end a call, as errors.

import { ApiProblem, TransportProblem } from "../problems";
import type { Answer } from "../ports/ports";

interface ProblemDocument {
  slug?: unknown;
  detail?: unknown;
  title?: unknown;
  errors?: unknown;
}

export function problemOf(answer: Answer): ApiProblem {
  const body = (
    typeof answer.json === "object" && answer.json !== null ? answer.json : {}
  ) as ProblemDocument;
  const slug = typeof body.slug === "string" ? body.slug : `status_${answer.status}`;
  const sentence = [body.detail, body.title].find((text) => typeof text === "string") ?? "";
  const errors = typeof body.errors === "object" && body.errors !== null ? body.errors : undefined;
  const wait = Number(answer.header("retry-after") ?? "");
  return new ApiProblem(
    slug,
    sentence,
    answer.status,
    errors as Record<string, string[]> | undefined,
    Number.isFinite(wait) && wait > 0 ? wait : undefined,
  );
}

/** The answer, if it is a good one. Throws ApiProblem; TransportProblem for what only a proxy says. */
export function check(answer: Answer): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  if (answer.json === undefined && answer.status >= 500)
    throw new TransportProblem("unreachable", `${answer.status}`);
  throw problemOf(answer);
}
