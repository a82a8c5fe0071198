// The upload contract as the server speaks it.

import type { Answer, Transport } from "../ports/ports";
import { TransportProblem } from "../problems";
import { check } from "../sync/answers";
import { checkTaken, isElsewhere } from "./bucket";

export type ServerState = "exists" | "open" | "verifying" | "verified" | "damaged" | "rejected";

export interface Status {
  id: string;
  state: ServerState;
  part_size: number;
  /** `[n, size]` of the parts that the server holds. */
  have: [n: number, size: number][];
  code: string | null;
  reason: string | null;
}

export interface Announced {
  upload_id: string;
  sha256: string;
  size: number;
  mime: string;
  kind: string;
  captured_at: string | null;
}

export interface Part {
  n: number;
  size: number;
  sha256: string;
}

export interface Address {
  n: number;
  method: "PUT";
  url: string;
  headers: Record<string, string>;
}

/** The slowest link that still gets a part through before it is given up: 8 KB a second. */
const BYTES_PER_MS = 8;
const LEAST_MS = 30_000;

/** Where parts are stored nobody knows of accounts, and nothing marks an answer as the school's. */
const OF_THE_ACCOUNT = new Set([401, 410, 426]);

export const SIGNED_AT_ONCE = 8;

export class Contract {
  constructor(private readonly transport: Transport) {}

  private async post(path: string, json: unknown, signal: AbortSignal): Promise<Answer> {
    return check(await this.transport.send({ method: "POST", path, json, signal }));
  }

  async announce(what: Announced, signal: AbortSignal): Promise<Status> {
    return (await this.post("/api/uploads", what, signal)).json as Status;
  }

  async addresses(upload: string, parts: Part[], signal: AbortSignal): Promise<Address[]> {
    const answer = await this.post(`/api/uploads/${upload}/parts`, { parts }, signal);
    return (answer.json as { urls: Address[] }).urls;
  }

  async put({ method, url, headers }: Address, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const timeoutMs = LEAST_MS + bytes.length / BYTES_PER_MS;
    const answer = await this.transport.send({ method, path: url, headers, bytes, timeoutMs, signal });
    if (isElsewhere(url)) {
      checkTaken(answer);
      return;
    }
    if (OF_THE_ACCOUNT.has(answer.status)) throw new TransportProblem("captive", `${answer.status}`);
    check(answer);
  }

  async complete(upload: string, signal: AbortSignal): Promise<Status> {
    return (await this.post(`/api/uploads/${upload}/complete`, {}, signal)).json as Status;
  }

  /** Up to 100 at a time. */
  async states(uploads: string[], signal: AbortSignal): Promise<Status[]> {
    const path = `/api/uploads?ids=${uploads.join(",")}`;
    const answer = check(await this.transport.send({ method: "GET", path, signal }));
    return (answer.json as { uploads: Status[] }).uploads;
  }
}
