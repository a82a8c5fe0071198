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
  /** `statement_es` and so on. */
  [translated: `statement_${string}`]: string | undefined;
}
interface FileRow {
  sha256: string;
  items: Item[];
}
interface Known {
  item: Item;
  framework: string;
  /** Its ancestors, the root first. */
  path: Item[];
  code: string;
  /** Its words in every language, and those with its ancestors' words. */
  words: string;
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
    const kept = new Set(await this.core.cache.read(["files"], (tx) => tx.keys("files")));
    for (const row of rows) if (!kept.has(row.fields.sha256)) await this.items(row);
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
    const shown = (one: Known): Standard => standardOf(one, this.core.ports.around.language());
    if (words.length === 0) return all.slice(0, FOUND).map(shown);
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
    return ranked.slice(0, FOUND).map((hit) => shown(hit.one));
  }

  async find(id: string): Promise<Standard | undefined> {
    const all = await this.standardsOf("case");
    const found = all.find((one) => one.item.id === id);
    return found === undefined ? undefined : standardOf(found, this.core.ports.around.language());
  }

  /** Names of career clusters, for interests. */
  async clusters(): Promise<string[]> {
    const language = this.core.ports.around.language();
    return (await this.standardsOf("clusters")).map((one) => inLanguage(one.item, language));
  }
}

function inLanguage(item: Item, language: string): string {
  return item[`statement_${language}`] ?? item.statement;
}

function standardOf({ item, framework, path }: Known, language: string): Standard {
  const { id, code, parent } = item;
  const ancestors = path.map((one) => inLanguage(one, language));
  return { id, framework, code, statement: inLanguage(item, language), parent, path: ancestors };
}

function statements(item: Item): string[] {
  const all = Object.entries(item as unknown as Record<string, unknown>).filter(([field]) =>
    field.startsWith("statement"),
  );
  return all.map(([, text]) => text).filter((text): text is string => typeof text === "string");
}

function known(framework: string, item: Item, byId: ReadonlyMap<string, Item>): Known {
  const path: Item[] = [];
  const met = new Set([item.id]);
  for (let at = item.parent; at !== null && !met.has(at);) {
    met.add(at);
    const parent = byId.get(at);
    if (parent === undefined) break;
    path.unshift(parent);
    at = parent.parent;
  }
  const own = [item.code, ...statements(item)];
  return {
    item,
    framework,
    path,
    code: fold(item.code),
    words: searchable(own),
    all: searchable([...own, ...path.flatMap(statements)]),
  };
}
