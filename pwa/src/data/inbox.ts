// The teacher's inbox: work not looked at, and replies not answered; who has waited longest comes first.

import type { Looked } from "./core";
import type { BaseRow } from "./databases";
import { derivedId } from "./digest";
import { HIGHEST } from "./ports/keys";
import type { Tx } from "./ports/ports";
import type { Queries } from "./queries";
import { aboutOf } from "./rows";
import type { InboxRow, View } from "./shapes";
import type { Kind, WireRecord } from "./types.gen";

/** Longer queues show their longest-waiting part. */
const MOST = 300;
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

  read(limit = MOST): Promise<InboxRow[]> {
    const wanted = Math.min(limit, MOST);
    return this.queries.read(async (tx) => {
      const replies = await this.unanswered(tx);
      const fresh = await this.unseen(tx, new Set(replies.map((waiting) => waiting.artifact)), wanted);
      const waiting = [...replies, ...fresh].sort((a, b) =>
        a.since < b.since ? -1 : a.since > b.since ? 1 : 0,
      );
      return this.rows(tx, waiting.slice(0, wanted));
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

  /** At least so many that have waited longest, if there are: the index gives them by age, so others are not read. */
  private async unseen(tx: Tx, already: ReadonlySet<string>, wanted: number): Promise<Waiting[]> {
    const { core } = this.queries;
    const seen = new Set([...(await this.ids(tx, "seen", core.me.id)), ...core.overlay.records()]);
    const answered = new Set((await this.mine(tx, "feedback")).map(aboutOf));
    const found: Waiting[] = [];
    const take = async (ids: string[]): Promise<void> => {
      for (const row of await tx.many<BaseRow>("base", ids)) {
        if (row === undefined || row.by === core.me.id || !row.space.startsWith("p:")) continue;
        found.push({ artifact: row.id, since: row.created });
      }
    };
    let open: string[] = [];
    for (const id of await this.ids(tx, "artifact")) {
      if (already.has(id) || answered.has(id) || seen.has(this.mark(id))) continue;
      open.push(id);
      if (open.length < wanted) continue;
      await take(open);
      open = [];
      if (found.length >= wanted) return found;
    }
    await take(open);
    return found;
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

  /** What is shown of each, asked in one go. */
  private async rows(tx: Tx, waiting: readonly Waiting[]): Promise<InboxRow[]> {
    const { core } = this.queries;
    const ids = waiting.map((one) => one.artifact);
    const { found } = await core.look(tx, ids);
    const open = waiting.flatMap((one) => {
      const { record, rows } = found.get(one.artifact) as Looked;
      const fits = record?.kind === "artifact" && record.deleted === undefined;
      return fits ? [{ one, record, rows }] : [];
    });
    const answers = open.flatMap(({ one: { reply } }) =>
      reply === undefined ? [] : [{ record: reply, rows: core.overlay.of(reply.id, 0) }],
    );
    const [artifacts, replies, names] = await Promise.all([
      this.queries.views(tx, "artifact", open),
      this.queries.views(tx, "reply", answers),
      this.names(tx, new Set(open.map(({ record }) => record.by))),
    ]);
    const replyOf = new Map(replies.map((reply) => [reply.id, reply]));
    return open.map(({ one: { since, reply }, record }, index) => {
      const row = {
        artifact: artifacts[index] as View<"artifact">,
        student: { id: record.by, name: names.get(record.by) ?? "" },
        since,
      };
      if (reply === undefined) return { ...row, why: "new" };
      return { ...row, why: "reply", reply: replyOf.get(reply.id) as View<"reply"> };
    });
  }

  private async names(tx: Tx, people: ReadonlySet<string>): Promise<Map<string, string>> {
    const { found } = await this.queries.core.look(tx, [...people]);
    const names = new Map<string, string>();
    for (const [id, { record }] of found) {
      const name = record?.fields["name"];
      if (typeof name === "string") names.set(id, name);
    }
    return names;
  }
}
