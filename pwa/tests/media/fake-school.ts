// For tests: a server that keeps to the upload contract, and a network that does not keep to anything.

import type { Answer, Request, Transport } from "../../src/data/ports/ports";
import { TransportProblem } from "../../src/data/problems";
import { hashOf } from "../../src/data/media/hash";

export const PART = 1000;

interface Kept {
  sha256: string;
  size: number;
  state: string;
  code: string | null;
  reason: string | null;
  parts: Map<number, Uint8Array>;
  looks: number;
}

interface PartAsked {
  n: number;
  size: number;
  sha256: string;
}

export class FakeSchool implements Transport {
  readonly uploads = new Map<string, Kept>();
  /** How often the bytes of each part were taken: `{upload}/{n}`. */
  readonly taken = new Map<string, number>();
  readonly log: string[] = [];
  /** Looks until a check is over. */
  checkTakes = 1;
  /** What the check says of an upload; null: verified. */
  verdict: (upload: string) => { state: string; code: string; reason: string } | null = () => null;
  /** Called before and after each request; throws to lose it. */
  before: (request: Request) => void = () => undefined;
  after: (request: Request) => void = () => undefined;
  /** Answers instead of the school, when it gives something. */
  instead: (request: Request) => Answer | undefined = () => undefined;
  /** Parts go to a bucket of another origin, which answers as S3 does. */
  bucket = false;
  private epoch = 0;

  send(request: Request): Promise<Answer> {
    return new Promise((resolve) => resolve(this.answer(request)));
  }

  private answer(request: Request): Answer {
    this.log.push(`${request.method} ${request.path.split("?")[0]}`);
    this.before(request);
    const answer = this.instead(request) ?? this.handle(request);
    this.after(request);
    return answer;
  }

  /** All addresses given so far stop working. */
  expire(): void {
    this.epoch += 1;
  }

  /** The bytes that the school holds of an upload. */
  bytes(upload: string): Uint8Array {
    const parts = [...(this.uploads.get(upload)?.parts ?? [])].sort(([a], [b]) => a - b);
    return new Uint8Array(parts.flatMap(([, part]) => [...part]));
  }

  private handle({ method, path, json, bytes }: Request): Answer {
    const [, , first, id = "", verb] = path.split("?")[0]?.split("/") ?? [];
    if (path.startsWith(BUCKET)) return inXml(this.take(path, bytes ?? new Uint8Array()));
    if (first === "parts") return this.take(path, bytes ?? new Uint8Array());
    if (method === "GET") return this.states(path);
    if (id === "") return this.announce(json as { upload_id: string; sha256: string; size: number });
    return verb === "parts" ? this.sign(id, (json as { parts: PartAsked[] }).parts) : this.complete(id);
  }

  private announce({
    upload_id: id,
    sha256,
    size,
  }: {
    upload_id: string;
    sha256: string;
    size: number;
  }): Answer {
    const old = this.uploads.get(id);
    if (old === undefined || old.code === "wrong_bytes") {
      this.uploads.set(id, {
        sha256,
        size,
        state: "open",
        code: null,
        reason: null,
        parts: new Map(),
        looks: 0,
      });
    }
    return said(200, this.status(id));
  }

  private status(id: string): object {
    const { state, code, reason, parts } = this.get(id);
    const have = state === "open" ? [...parts].map(([n, part]) => [n, part.length]) : [];
    return { id, state, code, reason, part_size: PART, have };
  }

  private get(id: string): Kept {
    const found = this.uploads.get(id);
    if (found === undefined) throw new Error(`no upload ${id}`);
    return found;
  }

  private sign(id: string, parts: PartAsked[]): Answer {
    if (this.get(id).state !== "open") return problem(409, "not_open");
    const urls = parts.map(({ n, sha256 }) => {
      const url = `${this.bucket ? BUCKET : ""}/media/parts/${id}/${n}?sha256=${sha256}&epoch=${this.epoch}`;
      return { n, method: "PUT", url, headers: {} };
    });
    return said(200, { urls });
  }

  private take(path: string, bytes: Uint8Array): Answer {
    const url = new URL(path, "https://school.test");
    const [, , , id = "", n = ""] = url.pathname.split("/");
    if (url.searchParams.get("epoch") !== `${this.epoch}`) return problem(403, "address_expired");
    if (url.searchParams.get("sha256") !== hashOf(bytes)) return problem(400, "wrong_bytes");
    if (this.get(id).state !== "open") return problem(404, "session_lost");
    this.get(id).parts.set(Number(n), bytes);
    this.taken.set(`${id}/${n}`, (this.taken.get(`${id}/${n}`) ?? 0) + 1);
    return said(200, undefined);
  }

  private complete(id: string): Answer {
    const kept = this.get(id);
    if (kept.state !== "open") return said(200, this.status(id));
    if (this.bytes(id).length !== kept.size) return problem(409, "parts_missing");
    kept.state = "verifying";
    return said(200, this.status(id));
  }

  private states(path: string): Answer {
    const ids = new URL(path, "https://school.test").searchParams.get("ids")?.split(",") ?? [];
    const known = ids.filter((id) => this.uploads.has(id));
    for (const id of known) this.check(id);
    return said(200, { uploads: known.map((id) => this.status(id)) });
  }

  private check(id: string): void {
    const kept = this.get(id);
    if (kept.state !== "verifying" || ++kept.looks < this.checkTakes) return;
    const wrong =
      hashOf(this.bytes(id)) === kept.sha256 ? null : { state: "rejected", code: "wrong_bytes", reason: "" };
    Object.assign(kept, wrong ?? this.verdict(id) ?? { state: "verified" });
  }
}

const BUCKET = "https://bucket.test";
const CODES: Record<number, string> = {
  400: "XAmzContentSHA256Mismatch",
  403: "AccessDenied",
  404: "NoSuchUpload",
};

/** The same answer as an S3 store gives it. */
function inXml({ status }: Answer): Answer {
  const code = CODES[status];
  return { status, header: () => null, json: undefined, ...(code === undefined ? {} : { code }) };
}

export function said(status: number, json: unknown): Answer {
  return { status, json, header: () => null };
}

export function problem(status: number, slug: string, detail = `It is ${slug}.`): Answer {
  return said(status, { slug, detail });
}

export function lost(): never {
  throw new TransportProblem("unreachable");
}
