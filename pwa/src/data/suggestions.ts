// Words that the student used before, the most used first; for interests also the names of career clusters.

import { fold } from "./fold";
import type { Frameworks } from "./frameworks";
import type { Queries } from "./queries";
import { fieldsOf } from "./view";

const SHOWN = 8;

export class Suggestions {
  private readonly counts = new Map<string, Promise<Map<string, number>>>();
  constructor(
    private readonly queries: Queries,
    private readonly frameworks: Frameworks,
  ) {
    queries.core.hub.on((change) => {
      if (change.topics === undefined || change.topics.has("artifact")) this.counts.clear();
    });
  }

  private async count(field: "tags" | "interests"): Promise<Map<string, number>> {
    const wanted = { by: this.queries.core.me.id, limit: 2000 };
    const { rows } = await this.queries.read((tx) => this.queries.select(tx, "artifact", wanted));
    const counts = new Map<string, number>();
    for (const { record } of rows) {
      for (const { text } of fieldsOf("artifact", record)[field])
        counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    return counts;
  }

  async of(field: "tags" | "interests", query: string): Promise<string[]> {
    const counting = this.counts.get(field) ?? this.count(field);
    this.counts.set(field, counting);
    const counts = await counting;
    const used = [...counts.keys()].sort(
      (a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1),
    );
    const all = field === "interests" ? [...used, ...(await this.frameworks.clusters())] : used;
    const start = fold(query.trim());
    return [...new Set(all)].filter((text) => ` ${fold(text)}`.includes(` ${start}`)).slice(0, SHOWN);
  }
}
