// Hears from the school at once that a space moved. Where that is not to be had (no such server, a proxy that holds
// words back, a network that cuts) nobody is told anything: the engine asks by itself as ever, and this tries again later.

import type { Core } from "../core";
import { baseState } from "../core";

const FIRST_WORD_MS = 15_000;
/** Two beats and a half. */
const SILENT_MS = 75_000;
const AGAIN_MS = 10_000;
const LONGEST_MS = 15 * 60_000;
/** A stream that lasted so long was a good one. */
const STEADY_MS = 2 * 60_000;
/** So that what belongs together is fetched together. */
const TOGETHER_MS = 30;
const APART_MS = 1_000;
/** A class or a school hears of its own spaces in the same moment; it does not come in the same moment. */
const CROWD_MS = 10_000;
const CROWD = /^[co]:/;

type Moved = Record<string, number | null>;

export interface Hearer {
  /** Something that this device lacks is there. */
  news(): void;
  /** The stream has ended. */
  lost(): void;
  /** Resolves once no sync is under way. */
  idle(): Promise<void>;
  /** Whether somebody looks at a tab of this browser. */
  looked(): boolean;
}

export class Ears {
  /** The school tells of changes at present. */
  open = false;
  private end: (() => void) | undefined;
  private failures = 0;
  private began = 0;
  private last = 0;
  private moved: Moved = {};
  private cancelWatch: () => void = () => undefined;
  private cancelAgain: (() => void) | undefined;
  private cancelNews: (() => void) | undefined;

  constructor(
    private readonly core: Core,
    private readonly hearer: Hearer,
  ) {}

  /** Listens, unless it does or is about to. */
  listen(): void {
    const { pokes, clock } = this.core.ports;
    if (pokes === undefined || this.end !== undefined || this.cancelAgain !== undefined) return;
    this.began = clock.now();
    this.watch(FIRST_WORD_MS);
    this.end = pokes.open({ word: (name, data) => this.word(name, data), over: () => this.over() });
  }

  /** Closes it without another try. */
  quiet(): void {
    this.stop();
    this.failures = 0;
    this.cancelAgain?.();
    this.cancelAgain = undefined;
  }

  private stop(): void {
    this.cancelWatch();
    this.cancelNews?.();
    this.cancelNews = undefined;
    this.moved = {};
    this.open = false;
    this.end?.();
    this.end = undefined;
  }

  private watch(ms: number): void {
    this.cancelWatch();
    this.cancelWatch = this.core.ports.clock.after(ms, () => this.over());
  }

  private word(name: "hello" | "moved" | "beat", data: unknown): void {
    if (this.end === undefined) return;
    if (name === "hello" && (data as { person?: unknown } | undefined)?.person !== this.core.me.id) {
      // Somebody else has signed in in this browser; the next call of ours will be told so.
      this.over();
      return;
    }
    if (!this.hearer.looked()) {
      this.quiet();
      return;
    }
    this.open = true;
    this.watch(SILENT_MS);
    if (name === "moved" && typeof data === "object") this.heard(data as Moved);
  }

  private heard(moved: Moved): void {
    this.moved = { ...this.moved, ...moved };
    if (this.cancelNews !== undefined) return;
    const { clock, random } = this.core.ports;
    const crowd = Object.keys(this.moved).every((space) => CROWD.test(space));
    const apart = this.last + APART_MS - clock.now();
    const wait = crowd ? CROWD_MS * random.unit() : Math.min(APART_MS, Math.max(TOGETHER_MS, apart));
    this.cancelNews = clock.after(wait, () => void this.judge());
  }

  /** Whether this device lacks what was told of; after a push or a pull of its own it holds that already. */
  private async judge(): Promise<void> {
    this.cancelNews = undefined;
    // What is under way may bring it: above all this device's own push, of which the school tells it too.
    await this.hearer.idle();
    const moved = this.moved;
    this.moved = {};
    const { vector } = await this.core.cache.read(["state"], baseState);
    const news = Object.entries(moved).some(
      ([space, head]) => head === null || (vector[space]?.[0] ?? 0) < head,
    );
    if (!news || this.end === undefined) return;
    this.last = this.core.ports.clock.now();
    this.hearer.news();
  }

  /** It ended, or never said a word, or has been silent for too long. */
  private over(): void {
    if (this.end === undefined) return;
    const { clock, random } = this.core.ports;
    const heard = this.open;
    this.failures = heard && clock.now() - this.began > STEADY_MS ? 1 : this.failures + 1;
    this.stop();
    const longest = Math.min(LONGEST_MS, AGAIN_MS * 2 ** (this.failures - 1));
    this.cancelAgain = clock.after(longest * (0.5 + random.unit()), () => {
      this.cancelAgain = undefined;
      if (this.hearer.looked()) this.listen();
    });
    if (heard) this.hearer.lost();
  }
}
