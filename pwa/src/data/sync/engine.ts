// The sync of one person in one browser: one tab leads, pushes, pulls and sends files; the others ask it to.

import type { Core, Message } from "../core";
import { baseState, unsure } from "../core";
import { Cell } from "../hub";
import { ApiProblem, LocalProblem, TransportProblem } from "../problems";
import type { SyncStatus } from "../shapes";
import { check } from "./answers";
import { Backoff } from "./backoff";
import { Ears } from "./ears";
import { ensureBase, renew, trim } from "./identity";
import { pull, type PullReport } from "./pull";
import { push, type Consumed, type Went } from "./push";

/** Enough for a copied device that also meets a new epoch; more means that something else is wrong. */
const TURNS = 12;
const AFTER_WRITE_MS = 300;
const LEADER_SILENT_MS = 5_000;
/** A tab that is looked at asks its leader so often. */
const FOLLOWER_ASKS_MS = 60_000;
const LOOKED_MS = 1.5 * FOLLOWER_ASKS_MS;
/** While the school tells of changes by itself, asking is only for what got lost on the way. */
const RARELY = 5;

/** Why a school asks to come back later that somebody there must be told; being busy passes by itself. */
const NEEDS_HELP = new Set(["disk_full", "disk_failing"]);
const ASKS_A_PERSON = new Set([401, 410, 426]);

/** What runs after the words: the queue of files. */
export interface Files {
  run(signal: AbortSignal): Promise<"idle" | "later">;
  /** These files are in no record of this device any more. */
  drop(files: ReadonlySet<string>): Promise<void>;
}

export class Engine {
  readonly status = new Cell<SyncStatus>({
    online: false,
    syncing: false,
    lastSync: null,
    waiting: 0,
    notSafe: 0,
    signInNeeded: false,
    updateNeeded: false,
    accountDeleted: false,
    evicted: false,
    complete: false,
    agrees: false,
  });
  leads = false;
  private readonly consumed: Consumed = { client: "", n: 0 };
  private readonly backoff: Backoff;
  private stop = new AbortController();
  private running: Promise<void> | undefined;
  private again = false;
  private cancelTimer: () => void = () => undefined;
  private stepDown: () => void = () => undefined;
  private readonly cleanups: (() => void)[] = [];
  private sendingFiles = false;
  private askAgain = false;
  /** The school asked for peace for a while. */
  private resting = false;
  /** Why nothing may be sent for a while; reading goes on. */
  private held: SyncStatus["problem"];
  private readonly ears: Ears;
  private askedAt = 0;
  private cancelAsking: () => void = () => undefined;

  constructor(
    private readonly core: Core,
    private readonly files: Files,
  ) {
    this.backoff = new Backoff(core.ports.random);
    this.ears = new Ears(core, {
      news: () => void this.sync(),
      lost: () => this.timer(this.usual()),
      idle: () => this.running ?? Promise.resolve(),
      looked: () => this.looked(),
    });
  }

  start(): void {
    this.cleanups.push(
      this.core.channel.listen((message) => this.heard(message as Message)),
      this.core.ports.around.listen((event) => {
        if (event === "hidden") {
          this.cancelAsking();
          if (!this.looked()) this.ears.quiet();
          return;
        }
        // On another network the old stream may be dead without a word.
        if (event === "online") this.ears.quiet();
        else this.keepAsking();
        // It may have been the server that was too old.
        this.askAgain = event === "visible";
        this.wanted();
      }),
    );
    this.keepAsking();
    void this.standForLeader(false);
  }

  /** The leader may be a tab that nobody sees, and then does not ask by itself. */
  private keepAsking(): void {
    this.cancelAsking();
    if (this.core.closed || !this.core.ports.around.visible()) return;
    this.cancelAsking = this.core.ports.clock.after(FOLLOWER_ASKS_MS, () => {
      if (!this.leads) this.wanted();
      this.keepAsking();
    });
  }

  /** Whether somebody sees a tab of this browser, as far as the leader knows. */
  private looked(): boolean {
    const { around, clock } = this.core.ports;
    return this.leads && (around.visible() || Math.abs(clock.now() - this.askedAt) < LOOKED_MS);
  }

  private usual(): number {
    return this.backoff.usual() * (this.ears.open ? RARELY : 1);
  }

  private async standForLeader(steal: boolean): Promise<void> {
    const name = `pathfolio-${this.core.me.id}-sync`;
    try {
      await this.core.ports.locks.hold(name, () => this.lead(), steal);
    } catch {
      // Another tab took the lead because this one was asleep. That one sends files now: never two at once.
      this.leads = false;
      this.ears.quiet();
      this.cancelTimer();
      this.stop.abort();
      this.stop = new AbortController();
      if (!this.core.closed) void this.standForLeader(false);
    }
  }

  private lead(): Promise<void> {
    if (this.core.closed) return Promise.resolve();
    this.leads = true;
    this.wanted();
    return new Promise((resolve) => (this.stepDown = resolve));
  }

  private heard(message: Message): void {
    if (message.about === "changed") void this.core.heard(message);
    if (message.about === "wanted" && this.leads) {
      this.askedAt = this.core.ports.clock.now();
      // The others must hear at once that the leader is awake, however long its present call takes.
      this.tell({});
      this.wanted();
    }
    if (message.about === "signed in") this.signedIn();
    if (message.about === "status" && !this.leads)
      this.status.set({ ...this.status.value, ...message.status });
  }

  /** Sync soon. In a tab that does not lead: ask the leader, and take over if it sleeps. */
  wanted(): void {
    if (this.core.closed) return;
    if (this.leads) {
      void this.sync();
      return;
    }
    this.core.channel.post({ about: "wanted" } satisfies Message);
    if (!this.core.ports.around.visible()) return;
    let answered = false;
    const deaf = this.core.channel.listen((message) => {
      answered ||= (message as Message).about === "status";
    });
    this.core.ports.clock.after(LEADER_SILENT_MS, () => {
      deaf();
      if (!answered && !this.leads && !this.core.closed) void this.standForLeader(true);
    });
  }

  /** After a save: a little later, so that what is typed on goes together. */
  saved(): void {
    if (!this.leads) this.wanted();
    else if (this.running !== undefined) this.again = true;
    else this.timer(AFTER_WRITE_MS);
  }

  private timer(ms: number): void {
    this.cancelTimer();
    this.cancelTimer = this.core.ports.clock.after(ms, () => {
      if (this.leads) void this.sync();
    });
  }

  /** One full turn; joins one that is running, and makes another if asked meanwhile. Never throws. */
  sync(): Promise<void> {
    if (this.running !== undefined) {
      this.again = true;
      return this.running;
    }
    this.cancelTimer();
    this.running = this.rounds().finally(() => (this.running = undefined));
    return this.running;
  }

  private async rounds(): Promise<void> {
    do {
      this.again = false;
      await this.round();
    } while (this.again && this.status.value.online && !this.core.closed);
  }

  private async round(): Promise<void> {
    const { signInNeeded, updateNeeded, accountDeleted } = this.status.value;
    const mayAsk = !this.resting && !signInNeeded && !accountDeleted && (!updateNeeded || this.askAgain);
    if (this.core.closed || !mayAsk) return;
    this.askAgain = false;
    this.tell({ syncing: true });
    let next: number | undefined;
    try {
      if (!this.status.value.online) await this.ping();
      const report: PullReport = { mended: [], files: new Set() };
      await this.words(report);
      await this.good(report);
      if (this.core.ports.around.visible()) next = this.usual();
    } catch (error) {
      next = this.failed(error);
    }
    if (this.core.closed) return;
    this.tell({ syncing: false });
    if (next !== undefined) this.timer(next);
  }

  private async ping(): Promise<void> {
    check(await this.core.ports.transport.send({ method: "GET", path: "/api/sync/ping", timeoutMs: 10_000 }));
  }

  private async words(report: PullReport): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) {
      const base = await ensureBase(this.core.stores);
      await trim(this.core.outbox, base);
      let went: Went;
      try {
        went = await this.pushed();
        if (went === "done") went = await pull(this.core, report);
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.slug !== "client_of_another") throw error;
        went = "copy";
      }
      if (went === "done") {
        // Less than it said at a push: it lost that since, and gets it again next time.
        this.consumed.n = Math.min(this.consumed.n, report.confirmed ?? this.consumed.n);
        return;
      }
      await this.becomeNew(base.client, went);
    }
  }

  /** Whoever has sent a day's worth waits with sending, and goes on reading. */
  private async pushed(): Promise<Went> {
    if (this.held) return "done";
    try {
      return await push(this.core, this.consumed);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.slug !== "daily_limit") throw error;
      this.held = { slug: error.slug, sentence: error.sentence };
      this.core.ports.clock.after(this.backoff.after(error), () => {
        this.held = undefined;
        if (this.leads) void this.sync();
      });
      return "done";
    }
  }

  private async becomeNew(was: string, why: "copy" | { epoch: string }): Promise<void> {
    if (why !== "copy") await (await import("../rare")).offer(this.core, why.epoch);
    const base = await this.core.cache.read(["state"], baseState);
    const epoch = why === "copy" ? undefined : why.epoch;
    await renew(this.core.stores, this.core.ports.random, base, was, epoch);
    await this.core.load();
    this.core.tell(undefined, undefined);
  }

  private async good(report: PullReport): Promise<void> {
    this.backoff.good();
    const { problem: _solved, ...status } = this.status.value;
    this.status.set(this.held ? { ...status, problem: this.held } : status);
    const lastSync = report.now ?? status.lastSync;
    const agrees = unsure(await this.core.cache.read(["state"], baseState)).length === 0;
    this.tell({ online: true, lastSync, complete: true, agrees, evicted: false, updateNeeded: false });
    if (report.files.size > 0) await this.files.drop(report.files);
    if (this.looked()) this.ears.listen();
    void this.sendFiles();
  }

  /** Files go on their own, so that words never wait for them. */
  async sendFiles(): Promise<void> {
    if (this.sendingFiles || !this.leads) return;
    this.sendingFiles = true;
    try {
      if ((await this.files.run(this.stop.signal)) === "idle") return;
      if (!this.core.closed && this.leads) this.timer(this.backoff.usual());
    } catch (error) {
      if (this.core.closed) return;
      const next = this.failed(error);
      if (next !== undefined) this.timer(next);
    } finally {
      this.sendingFiles = false;
    }
  }

  /** Shows what is wrong. Gives when to try again; undefined when a person has to act first. */
  private failed(error: unknown): number | undefined {
    if (this.core.closed) return undefined;
    const wait = this.backoff.after(error);
    if (error instanceof TransportProblem) {
      this.tell({ online: false });
      return wait;
    }
    if (error instanceof ApiProblem) return this.refused(error, wait);
    const slug = error instanceof LocalProblem ? error.slug : "unexpected";
    this.tell({ problem: { slug, sentence: error instanceof Error ? error.message : String(error) } });
    return wait;
  }

  private refused(error: ApiProblem, wait: number): number | undefined {
    const problem = { slug: error.slug, sentence: error.sentence };
    this.tell({ online: true });
    if (error.retryAfter !== undefined) this.rest(wait);
    if (ASKS_A_PERSON.has(error.status)) this.ears.quiet();
    switch (error.status) {
      case 401:
        this.tell({ signInNeeded: true, problem });
        return undefined;
      case 410:
        this.tell({ accountDeleted: true, problem });
        return undefined;
      case 426:
        this.tell({ updateNeeded: true, problem });
        return undefined;
      default:
        if ((error.status !== 429 && error.status !== 503) || NEEDS_HELP.has(error.slug))
          this.tell({ problem });
        return wait;
    }
  }

  /** Whatever is saved or looked at meanwhile waits. */
  private rest(ms: number): void {
    this.resting = true;
    this.core.ports.clock.after(ms, () => {
      this.resting = false;
      if (this.leads) void this.sync();
    });
  }

  /** The same person signed in again, here or in another tab. */
  signedIn(): void {
    const { problem: _solved, ...status } = this.status.value;
    this.status.set({ ...status, signInNeeded: false });
    this.resting = false;
    this.askAgain = true; // the school may have been updated since it said that the app does not fit
    if (this.leads) void this.sync();
  }

  tell(status: Partial<SyncStatus>): void {
    this.status.set({ ...this.status.value, ...status });
    if (this.leads && !this.core.closed) this.core.channel.post({ about: "status", status: this.shared() });
  }

  /** What other tabs can't know by themselves. */
  private shared(): Omit<SyncStatus, "waiting" | "notSafe"> {
    const { waiting: _waiting, notSafe: _notSafe, ...rest } = this.status.value;
    return rest;
  }

  async close(): Promise<void> {
    this.core.closed = true;
    this.stop.abort();
    this.cancelTimer();
    this.cancelAsking();
    this.ears.quiet();
    for (const clean of this.cleanups) clean();
    this.stepDown();
    await this.running;
  }
}
