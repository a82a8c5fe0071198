// The network through `fetch`: time limits, and answers that do not come from our server told apart.

import { TransportProblem } from "../problems";
import type { Answer, Request, Transport } from "./ports";

const TIME_LIMIT_MS = 30_000;
/** Every answer under /api carries it; a Wi-Fi sign-in page does not. */
const MARK = "Pathfolio";

function outgoing(request: Request, signal: AbortSignal): RequestInit {
  const headers: Record<string, string> = { accept: "application/json", ...request.headers };
  const init: RequestInit = {
    method: request.method,
    headers,
    signal,
    redirect: "error",
    credentials: "same-origin",
  };
  if (request.json !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(request.json);
  } else if (request.bytes !== undefined) {
    init.body = request.bytes as Uint8Array<ArrayBuffer>;
  }
  return init;
}

/** In the XML that an S3 store answers with. */
const CODE = /<Code>(\w+)<\/Code>/;

/** What is looked at of a `Response`. */
export interface Came {
  ok: boolean;
  status: number;
  headers: Pick<Headers, "get" | "has">;
  json(): Promise<unknown>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

function isOurs(request: Request, response: Came): boolean {
  if (!request.path.startsWith("/api/"))
    return !(response.headers.get("content-type") ?? "").includes("text/html");
  // A proxy of ours may answer 502-504 in its own words; anything else without the mark is a stranger, JSON or not: a
  // Wi-Fi's own 401 or 410 must not sign anybody out.
  return response.headers.has(MARK) || response.status >= 500;
}

/** Reads what came; throws TransportProblem `captive` where a stranger answered, anything else where it was cut. */
export async function understood(request: Request, response: Came): Promise<Answer> {
  if (!isOurs(request, response)) throw new TransportProblem("captive");
  const answer: Answer = {
    status: response.status,
    header: (name) => response.headers.get(name),
    json: undefined,
  };
  if (request.want === "bytes" && response.ok) {
    answer.bytes = new Uint8Array(await response.arrayBuffer());
  } else if ((response.headers.get("content-type") ?? "").includes("json")) {
    answer.json = await response.json();
  } else {
    // A body left unread is cut off, and shows as a failed request.
    const body = await response.arrayBuffer();
    const code = response.ok ? undefined : CODE.exec(new TextDecoder().decode(body))?.[1];
    if (code !== undefined) answer.code = code;
  }
  return answer;
}

export const fetchTransport: Transport = {
  async send(request) {
    const limit = AbortSignal.timeout(request.timeoutMs ?? TIME_LIMIT_MS);
    const signal = request.signal === undefined ? limit : AbortSignal.any([limit, request.signal]);
    let response: Response;
    try {
      response = await fetch(request.path, outgoing(request, signal));
    } catch (error) {
      throw new TransportProblem(limit.aborted ? "timeout" : "unreachable", String(error));
    }
    try {
      return await understood(request, response);
    } catch (error) {
      if (error instanceof TransportProblem) throw error;
      throw new TransportProblem(limit.aborted ? "timeout" : "broken", String(error));
    }
  },
};
