// The teacher's inbox: work not looked at, and replies not answered; who has waited longest comes first.

import type { Looked } from "./core";
import { baseState } from "./core";
import type { BaseRow } from "./databases";
import { derivedId } from "./digest";
import { HIGHEST } from "./ports/keys";
import type { Tx } from "./ports/ports";
import type { Queries } from "./queries";
import { aboutOf } from "./rows";
import type { InboxRow, View } from "./shapes";
import type { Kind, WireRecord } from "./types.gen";

/** Longer queues show their longest-waiting part. */
const SHOWN = 300;
const ALL = { limit: 100_000 };

interface Waiting {
  artifact: string;
  since: string;
  reply?: WireRecord;
}

export class Inbox {
  /** Ids of my seen marks, by artifact: hashing thousands at every change would be slow. */
  private readonly marks = new Map<string, string>();
  constructor(private readonly queries: Queries) {}

  read(): Promise<InboxRow[]> {
    return this.queries.read(async (tx) => {
      const replies = await this.unanswered(tx);
      const fresh = await this.unseen(tx, new Set(replies.map((waiting) => waiting.artifact)));
      const waiting = [...replies, ...fresh].sort((a, b) =>
        a.since < b.since ? -1 : a.since > b.since ? 1 : 0,
      );
      const rows: InboxRow[] = [];
      for (const one of waiting.slice(0, SHOWN)) {
        const row = await this.row(tx, one);
        if (row !== undefined) rows.push(row);
      }
      return rows;
    });
  }

  private mark(artifact: string): string {
    const known = this.marks.get(artifact);
    if (known !== undefined) return known;
    const id = derivedId(`seen:${artifact}:${this.queries.core.me.id}`);
    this.marks.set(artifact, id);
    return id;
  }

  private async ids(tx: Tx, kind: Kind, by?: string): Promise<string[]> {
    const prefix = by === undefined ? [kind, "live"] : [kind, "live", by];
    const index = by === undefined ? "[kind+shelf+created]" : "[kind+shelf+by+created]";
    return (await tx.keys("base", { index, from: [...prefix, ""], to: [...prefix, HIGHEST] })) as string[];
  }

  private async unseen(tx: Tx, already: ReadonlySet<string>): Promise<Waiting[]> {
    const { core } = this.queries;
    const seen = new Set([...(await this.ids(tx, "seen", core.me.id)), ...core.overlay.records()]);
    const answered = new Set((await this.mine(tx, "feedback")).map(aboutOf));
    const artifacts = await this.ids(tx, "artifact");
    const open = artifacts.filter((id) => !already.has(id) && !answered.has(id) && !seen.has(this.mark(id)));
    const rows = await tx.many<BaseRow>("base", open);
    return rows
      .filter((row) => row !== undefined && row.by !== core.me.id && row.space.startsWith("p:"))
      .map((row) => ({ artifact: row?.id ?? "", since: row?.created ?? "" }));
  }

  private async mine(tx: Tx, kind: "feedback" | "reply"): Promise<WireRecord[]> {
    const { rows } = await this.queries.select(tx, kind, { ...ALL, by: this.queries.core.me.id });
    return rows
      .map(({ record }) => record)
      .filter((record) => kind === "reply" || record.fields["audience"] === "published");
  }

  /** The newest reply of a student to my feedback after my own last word there, by artifact. */
  private async unanswered(tx: Tx): Promise<Waiting[]> {
    const { me } = this.queries.core;
    const feedback = new Map((await this.mine(tx, "feedback")).map((record) => [record.id, record]));
    const { rows } = await this.queries.select(tx, "reply", ALL);
    const last = new Map<string, WireRecord>();
    for (const { record } of rows) {
      const { feedback: thread, words } = record.fields;
      // "It helped" without a word asks for no answer.
      if (typeof words !== "string" || words.trim() === "") continue;
      if (typeof thread !== "string" || !feedback.has(thread)) continue;
      const known = last.get(thread);
      if (known === undefined || known.created < record.created) last.set(thread, record);
    }
    const open = [...last.entries()].filter(([thread, reply]) => {
      const own = feedback.get(thread);
      return reply.by !== me.id && own !== undefined && own.updated < reply.created;
    });
    return open.map(([, reply]) => ({ artifact: aboutOf(reply), since: reply.created, reply }));
  }

  private async row(tx: Tx, waiting: Waiting): Promise<InboxRow | undefined> {
    const { found } = await this.queries.core.look(tx, [waiting.artifact]);
    const { record, rows } = found.get(waiting.artifact) as Looked;
    if (record?.kind !== "artifact" || record.deleted !== undefined) return undefined;
    const [artifact] = await this.queries.views(tx, "artifact", [{ record, rows }]);
    if (artifact === undefined) return undefined;
    const student = { id: record.by, name: await this.name(tx, record.by) };
    if (waiting.reply === undefined) return { artifact, student, why: "new", since: waiting.since };
    const shown = { record: waiting.reply, rows: this.queries.core.overlay.of(waiting.reply.id, 0) };
    const [reply] = await this.queries.views(tx, "reply", [shown]);
    return { artifact, student, why: "reply", since: waiting.since, reply: reply as View<"reply"> };
  }

  private async name(tx: Tx, person: string): Promise<string> {
    const state = await baseState(tx);
    const row = await tx.get<BaseRow>("base", person);
    const name = this.queries.core.looked(person, row?.body, state).record?.fields["name"];
    return typeof name === "string" ? name : "";
  }
}
