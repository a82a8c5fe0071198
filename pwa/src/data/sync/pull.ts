// Brings what changed. Only here the outbox gets shorter: what the server confirms under the same running hash.

import type { Core } from "../core";
import { baseState, unsure } from "../core";
import type { BaseState, ClientRow } from "../databases";
import { vectorHash } from "../digest";
import { clientOf } from "../outbox";
import type { Answer } from "../ports/ports";
import { check } from "./answers";
import { applyPage } from "./apply";
import { forgetErased, hashAt, pruneRing, setEpoch, trim } from "./identity";
import type { Went } from "./push";
import { told } from "./told";
import { SCHEMA, pullAnswer, type PullAnswer } from "./wire";

/** Above so many records the screens read everything anew. */
const MANY = 100;

export interface PullReport {
  /** Server time. */
  now?: string;
  /** Spaces fetched anew because their digest differed. */
  mended: string[];
  /** Files that are in no record of this device any more. */
  files: Set<string>;
  /** How far the server confirms the outbox. */
  confirmed?: number;
}

async function ask(core: Core, client: ClientRow, state: BaseState, whole: boolean): Promise<Answer> {
  const where = whole ? { spaces: state.vector } : { vector: vectorHash(state.vector) };
  const report = whole && state.mismatch.length > 0 ? { mismatch: state.mismatch } : {};
  const open = whole ? unsure(state) : [];
  const compare = open.length > 0 ? { unsure: open } : {};
  const json = {
    client: client.id,
    epoch: client.epoch,
    schema: SCHEMA,
    ...where,
    ...report,
    ...compare,
    ...told(core, state),
  };
  return core.ports.transport.send({ method: "POST", path: "/api/sync/pull", json });
}

/** The hash alone is enough when nothing waits to be confirmed and the base is whole. */
function short(core: Core, state: BaseState): boolean {
  const settled = state.complete && state.replacing.length === 0 && unsure(state).every(isMended(state));
  return settled && core.overlay.all(state.confirmed).length === 0;
}

/** It differed although it came whole again; it will be compared when it is next fetched. */
function isMended(state: BaseState): (space: string) => boolean {
  return (space) => space in state.mended;
}

function asksForVector(answer: Answer): boolean {
  const json = answer.json as { send_vector?: unknown } | null | undefined;
  return answer.status === 200 && json?.send_vector === true;
}

async function request(core: Core, client: ClientRow, state: BaseState): Promise<PullAnswer | undefined> {
  let answer = await ask(core, client, state, !short(core, state));
  if (asksForVector(answer)) answer = await ask(core, client, state, true);
  if (answer.status === 204) return undefined;
  return pullAnswer(check(answer).json);
}

/**
 * Whether the server consumed what this device sent: "copy" when another device uses the same client id, "lost" when it
 * once confirmed more: it was restored, and does not believe our cursors. What it lost is in the ring.
 */
async function confirmed(
  core: Core,
  client: ClientRow,
  answer: PullAnswer,
): Promise<number | "copy" | "lost" | undefined> {
  if (answer.confirmed === null) return undefined;
  const [n, hash] = answer.confirmed;
  if (n < client.trimmed.n) return "lost";
  const own = await hashAt(core.outbox, n);
  return own === hash ? n : "copy";
}

/** Another tab pulled or became a new client meanwhile: the answer says nothing about now. */
async function overtaken(core: Core, client: ClientRow, state: BaseState): Promise<boolean> {
  const now = await core.cache.read(["state"], baseState);
  const own = await core.outbox.read(["state"], clientOf);
  return own.id !== client.id || vectorHash(now.vector) !== vectorHash(state.vector);
}

function announce(core: Core, applied: { ids: Set<string>; kinds: Set<string> }, was: string[]): void {
  if (applied.ids.size > MANY) {
    core.tell(undefined, undefined);
    return;
  }
  const topics = new Set([...applied.kinds, "status", "artifact"]);
  core.tell(new Set([...applied.ids, ...was]), topics);
}

/** Pulls until there is no more. */
export async function pull(core: Core, report: PullReport): Promise<Went> {
  let known = true;
  while (!core.closed) {
    const client = await core.outbox.read(["state"], clientOf);
    const state = await core.cache.read(["state"], baseState);
    const answer = await request(core, client, state);
    if (answer === undefined) return "done";
    if (client.epoch !== null && answer.epoch !== client.epoch) return { epoch: answer.epoch };
    const upTo = await confirmed(core, client, answer);
    if (upTo === "copy" || upTo === "lost") {
      if (await overtaken(core, client, state)) continue;
      return upTo === "copy" ? "copy" : { epoch: answer.epoch };
    }
    const asked = { ...state, client: client.id };
    const applied = await applyPage(core.cache, asked, answer, upTo, core.me.id);
    if (applied === "stale") continue;
    known &&= answer.replace.length === 0 && state.replacing.length === 0 && !state.sweep;
    for (const file of await after(core, client, answer, known)) report.files.add(file);
    if (upTo !== undefined) report.confirmed = upTo;
    for (const file of applied.files) report.files.add(file);
    // A record that only moved to another space keeps its pictures, above all those packed for a conference.
    for (const file of applied.shown) report.files.delete(file);
    report.mended.push(...applied.mended);
    report.now = answer.now;
    announce(core, applied, core.overlay.records());
    if (!answer.more && applied.mended.length === 0) return "done";
  }
  return "done";
}

/** `known`: no page of this pull came because the server did not know our chain. Gives files of what was erased. */
async function after(core: Core, client: ClientRow, answer: PullAnswer, known: boolean): Promise<string[]> {
  if (client.epoch === null) await setEpoch(core.outbox, answer.epoch);
  const state = await core.cache.read(["state"], baseState);
  const erased = await forgetErased(core.outbox, answer);
  if (erased.length > 0) await core.loadUploads();
  if ((await trim(core.outbox, state)) > 0) await core.overlay.load(core.outbox);
  if (known && !answer.more) await pruneRing(core.outbox, answer.now);
  return erased;
}
