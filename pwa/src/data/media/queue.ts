// The queue of files: one after the other, each with its own state and reason, so that a stuck one holds up nobody.
// Its rows survive a restart; a device's copy is freed only long after the server has said `verified`.

import type { Upload } from "../media-shapes";
import type { Clock, MediaStore, Storage, Surroundings, Transport } from "../ports/ports";
import { timeOf } from "../ports/time";
import { ApiProblem, LocalProblem, TransportProblem } from "../problems";
import { AWAY, OF_STORAGE } from "./bucket";
import { Contract, type Status } from "./contract";
import { pause } from "./pause";
import { Rows } from "./rows";
import { isWhole, send } from "./send";

/** Above this a file waits for Wi-Fi where the network costs money. */
const LARGE = 10 * 1024 * 1024;
const ASKED_AT_ONCE = 100;
const FIRST_LOOK_MS = 500;
const LAST_LOOK_MS = 16_000;
const SPOILED = "This file is no longer whole on this device. Add it again if you still have it elsewhere.";
/** What the whole engine has to deal with: sign in, update, wait. */
const FOR_ALL = new Set([401, 410, 426, 429, 503]);
/** Refused for want of room at school: worth another try when the app starts again. */
const MAY_CHANGE = new Set(["quota"]);

export interface Deps {
  transport: Transport;
  outbox: Storage;
  media: MediaStore;
  clock: Clock;
  around: Surroundings;
  /** Called with the artifacts whose files changed state. */
  changed(artifacts: string[]): void;
}

export class UploadQueue {
  private readonly contract: Contract;
  private readonly rows: Rows;
  private started = false;
  /** The network failed and nothing has come through since. */
  private lost: TransportProblem | undefined;
  /** The place where the school keeps files takes none now; its words go on. */
  private away = false;

  constructor(private readonly deps: Deps) {
    this.contract = new Contract(deps.transport);
    this.rows = new Rows(deps.outbox, deps.media, (artifacts) => deps.changed(artifacts));
  }

  /**
   * Sends what waits, then looks after what the server checks. "idle": nothing is left to do; "later": something is.
   * Throws what concerns all of sync: no network, sign in, update.
   */
  async run(signal: AbortSignal): Promise<"idle" | "later"> {
    if (!this.started) await this.start();
    this.lost = undefined;
    this.away = false;
    const aside = new Set<string>();
    let look = FIRST_LOOK_MS;
    while (!signal.aborted) {
      const rows = await this.rows.all();
      const next = this.away ? undefined : rows.find((row) => isWaiting(row) && !aside.has(row.id));
      if (next !== undefined) {
        if (!(await this.take(next, signal))) aside.add(next.id);
        look = FIRST_LOOK_MS;
        continue;
      }
      this.demandNetwork();
      const checking = rows.filter((row) => row.state === "checking");
      if (checking.length === 0) return aside.size === 0 ? "idle" : "later";
      if (look > LAST_LOOK_MS) return "later";
      await pause(this.deps.clock, look, signal);
      look *= 1.5;
      if (!signal.aborted) await this.look(checking, aside, signal);
    }
    return "later";
  }

  private demandNetwork(): void {
    if (this.lost !== undefined) throw this.lost;
  }

  private async start(): Promise<void> {
    this.started = true;
    await this.rows.tidy(this.deps.clock.now());
    for (const row of await this.rows.all()) {
      const again = row.state === "refused" && MAY_CHANGE.has(row.code ?? "");
      if (again) await this.rows.change(row.id, { state: "waiting" });
    }
  }

  /** True when the file has moved on; false sets it aside for this run. */
  private async take(row: Upload, signal: AbortSignal): Promise<boolean> {
    if (row.size > LARGE && this.deps.around.metered()) {
      if (row.state !== "wifi") await this.rows.change(row.id, { state: "wifi" });
      return false;
    }
    try {
      const { contract } = this;
      const { media, clock } = this.deps;
      const progress = (sent: number, of: number): Promise<void> => {
        this.lost = undefined;
        return this.rows.change(row.id, { state: "sending", sent, of });
      };
      const status = await send(row, { contract, media, clock, signal, progress });
      return await this.settle(row, status);
    } catch (error) {
      if (signal.aborted) return false;
      return this.failed(row, error);
    }
  }

  /** From what the server says to the row's state. */
  private async settle(row: Upload, status: Status): Promise<boolean> {
    switch (status.state) {
      case "exists":
      case "verified":
        await this.rows.change(row.id, {
          state: "verified",
          sent: row.of,
          done: timeOf(this.deps.clock.now()),
        });
        return true;
      case "verifying":
        await this.rows.change(row.id, { state: "checking" });
        return true;
      case "open":
        await this.rows.change(row.id, { state: "waiting" });
        return false;
      case "damaged":
      case "rejected":
        return this.rejected(row, status);
    }
  }

  /** Bytes that were spoiled on the way are sent again; whatever else is wrong, a person has to know. */
  private async rejected(row: Upload, { code, reason }: Status): Promise<boolean> {
    if (code === "wrong_bytes" && (await isWhole(row, this.deps.media))) {
      await this.rows.change(row.id, { state: "waiting", sent: 0 });
      return false;
    }
    await this.refuse(row, code ?? "rejected", code === "wrong_bytes" ? SPOILED : (reason ?? ""));
    return true;
  }

  private refuse(row: Upload, code: string, reason: string): Promise<void> {
    return this.rows.change(row.id, { state: "refused", code, reason });
  }

  private async failed(row: Upload, error: unknown): Promise<boolean> {
    if (error instanceof LocalProblem && error.slug === "not_found") {
      await this.refuse(row, "gone", SPOILED);
      return true;
    }
    if (error instanceof TransportProblem) {
      await this.rows.change(row.id, { state: "waiting" });
      // One file that does not get through may be at fault itself; two in a row are the network.
      if (this.lost !== undefined) throw error;
      this.lost = error;
      return false;
    }
    if (error instanceof ApiProblem && OF_STORAGE.has(error.slug)) {
      await this.rows.change(row.id, { state: "waiting", code: AWAY, reason: error.sentence });
      this.away = true;
      return false;
    }
    if (!(error instanceof ApiProblem) || FOR_ALL.has(error.status)) throw error;
    if (error.slug === "wrong_bytes") {
      // Spoiled on the way, or on this device's disk.
      return this.rejected(row, { code: error.slug, reason: error.sentence } as Status);
    }
    if (error.status === 413 || error.status === 422 || error.slug === "upload_differs") {
      await this.refuse(row, error.slug, error.sentence);
      return true;
    }
    await this.rows.change(row.id, { state: "waiting", code: error.slug, reason: error.sentence });
    return false;
  }

  /** Asks about everything that is being checked, in as few calls as there may be. */
  private async look(checking: Upload[], aside: Set<string>, signal: AbortSignal): Promise<void> {
    for (let at = 0; at < checking.length; at += ASKED_AT_ONCE) {
      const asked = checking.slice(at, at + ASKED_AT_ONCE);
      const told = await this.contract.states(
        asked.map((row) => row.id),
        signal,
      );
      const states = new Map(told.map((status) => [status.id, status]));
      for (const row of asked) {
        const status = states.get(row.id);
        if (status?.state === "verifying") continue;
        // Unknown: the server was restored from a backup, or collected it. Announce it anew.
        if (status === undefined) await this.rows.change(row.id, { state: "waiting", sent: 0 });
        else if (!(await this.settle(row, status))) aside.add(row.id);
      }
    }
  }
}

function isWaiting(row: Upload): boolean {
  return row.state === "waiting" || row.state === "sending" || row.state === "wifi";
}
