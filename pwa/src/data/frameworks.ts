// Frameworks: immutable files fetched once by their hash, kept in the cache, searched in memory.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Core } from "./core";
import { fold, matches, searchable, tokens } from "./fold";
import { TransportProblem } from "./problems";
import type { Queries } from "./queries";
import type { Standard, View } from "./shapes";
import { check } from "./sync/answers";

interface Item {
  id: string;
  parent: string | null;
  code: string;
  statement: string;
  order: number;
}
interface FileRow {
  sha256: string;
  items: Item[];
}
interface Known {
  standard: Standard;
  code: string;
  words: string;
  /** The words of its ancestors as well. */
  all: string;
}

const FOUND = 50;

export class Frameworks {
  private readonly loaded = new Map<string, Promise<Known[]>>();
  constructor(
    private readonly core: Core,
    private readonly queries: Queries,
  ) {}

  private async records(type: "case" | "clusters"): Promise<View<"framework">[]> {
    const { rows } = await this.queries.all("framework", { limit: 100 });
    return rows.filter((row) => row.fields.type === type);
  }

  /** Fetches what is not on this device yet, so that it can be searched without a network. */
  async keep(): Promise<void> {
    const { rows } = await this.queries.all("framework", { limit: 100 });
    for (const row of rows) await this.items(row);
  }

  private async fetched(framework: View<"framework">): Promise<FileRow> {
    const path = `/api/frameworks/${framework.fields.sha256}`;
    const answer = check(await this.core.ports.transport.send({ method: "GET", path, want: "bytes" }));
    const bytes = answer.bytes ?? new Uint8Array();
    if (bytesToHex(sha256(bytes)) !== framework.fields.sha256)
      throw new TransportProblem("broken", "framework hash");
    const { items } = JSON.parse(new TextDecoder().decode(bytes)) as { items: Item[] };
    const row = { sha256: framework.fields.sha256, items };
    await this.core.cache.write(["files"], (tx) => tx.put("files", row));
    return row;
  }

  private async load(framework: View<"framework">): Promise<Known[]> {
    const hash = framework.fields.sha256;
    const kept = await this.core.cache.read(["files"], (tx) => tx.get<FileRow>("files", hash));
    const { items } = kept ?? (await this.fetched(framework));
    const byId = new Map(items.map((item) => [item.id, item]));
    return items.map((item) => known(framework.id, item, byId));
  }

  private items(framework: View<"framework">): Promise<Known[]> {
    const hash = framework.fields.sha256;
    const started = this.loaded.get(hash) ?? this.load(framework);
    this.loaded.set(hash, started);
    started.catch(() => this.loaded.delete(hash));
    return started;
  }

  private async standardsOf(type: "case" | "clusters", framework?: string): Promise<Known[]> {
    const records = (await this.records(type)).filter(
      ({ id }) => framework === undefined || id === framework,
    );
    const lists = await Promise.all(records.map((record) => this.items(record).catch(() => [])));
    return lists.flat();
  }

  /** Best first: by code, then where the statement itself has all the words, then where its branch has the rest. */
  async search(query: string, framework?: string): Promise<Standard[]> {
    const all = await this.standardsOf("case", framework);
    const words = tokens(query);
    if (words.length === 0) return all.slice(0, FOUND).map((one) => one.standard);
    const code = fold(query.trim());
    const rank = (one: Known): number =>
      one.code !== "" && one.code.startsWith(code)
        ? 0
        : matches(one.words, words)
          ? 1
          : matches(one.all, words)
            ? 2
            : 3;
    const ranked = all.map((one) => ({ one, rank: rank(one) })).filter((hit) => hit.rank < 3);
    ranked.sort((a, b) => a.rank - b.rank);
    return ranked.slice(0, FOUND).map((hit) => hit.one.standard);
  }

  async find(id: string): Promise<Standard | undefined> {
    const all = await this.standardsOf("case");
    return all.find((one) => one.standard.id === id)?.standard;
  }

  /** Names of career clusters, for interests. */
  async clusters(): Promise<string[]> {
    return (await this.standardsOf("clusters")).map((one) => one.standard.statement);
  }
}

function known(framework: string, item: Item, byId: ReadonlyMap<string, Item>): Known {
  const path: string[] = [];
  const met = new Set([item.id]);
  for (let at = item.parent; at !== null && !met.has(at);) {
    met.add(at);
    const parent = byId.get(at);
    if (parent === undefined) break;
    path.unshift(parent.statement);
    at = parent.parent;
  }
  const { id, code, statement, parent } = item;
  return {
    standard: { id, framework, code, statement, parent, path },
    code: fold(code),
    words: searchable([code, statement]),
    all: searchable([code, statement, ...path]),
  };
}
