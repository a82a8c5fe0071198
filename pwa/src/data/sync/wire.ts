// The bodies of push, pull and offer, checked when they arrive.

import type { OutboxRow, RingRow, Vector } from "../databases";
import { TransportProblem } from "../problems";
import type { GoneRow, WireMutation, WireRecord } from "../types.gen";

/** Version of the protocol that this client speaks. */
export const SCHEMA = 1;

export interface PullAnswer {
  epoch: string;
  /** Null while there is more. */
  confirmed: [n: number, hash: string] | null;
  now: string;
  spaces: Vector;
  forget: string[];
  /** Those of them that were erased on purpose: nothing of them may stay. */
  erased: string[];
  replace: string[];
  changes: (WireRecord | GoneRow)[];
  more: boolean;
  digest: Record<string, string>;
}

export interface PushAnswer {
  last_n: number;
  hash: string;
  epoch: string;
  now: string;
}

export interface OfferAnswer {
  taken: string[];
  had: string[];
}

function object(json: unknown): Record<string, unknown> {
  if (typeof json !== "object" || json === null) throw new TransportProblem("broken", "no JSON object");
  return json as Record<string, unknown>;
}

function need(holds: boolean, what: string): void {
  if (!holds) throw new TransportProblem("broken", what);
}

export function pullAnswer(json: unknown): PullAnswer {
  const body = object(json);
  const { epoch, confirmed, now, spaces, changes, more } = body;
  need(typeof epoch === "string" && typeof now === "string", "pull");
  need(confirmed === null || (Array.isArray(confirmed) && confirmed.length === 2), "confirmed");
  need(typeof spaces === "object" && spaces !== null && Array.isArray(changes), "spaces");
  need(typeof more === "boolean", "more");
  return { forget: [], erased: [], replace: [], digest: {}, ...body } as unknown as PullAnswer;
}

export function pushAnswer(json: unknown): PushAnswer {
  const body = object(json);
  need(typeof body["last_n"] === "number" && typeof body["epoch"] === "string", "push");
  return body as unknown as PushAnswer;
}

export function offerAnswer(json: unknown): OfferAnswer {
  const body = object(json);
  need(Array.isArray(body["taken"]) && Array.isArray(body["had"]), "offer");
  return body as unknown as OfferAnswer;
}

/** The mutation alone, without what this device notes beside it. */
export function toWire(row: OutboxRow | RingRow): WireMutation {
  const { id, n, space, op, record, field, value, base, after, pulled, at } = row;
  return { id, n, space, op, record, field, value, base, after, pulled, at };
}
