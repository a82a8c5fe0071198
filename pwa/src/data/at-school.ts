// "Everything here is at school": said only when nothing waits and every space is, row by row, what the school has.

import { baseState, unsure } from "./core";
import type { BaseRow, BaseState, SpaceDigest } from "./databases";
import { live } from "./hub";
import type { Tx } from "./ports/ports";
import type { Queries } from "./queries";
import type { AtSchool, Live } from "./shapes";

/** The digest of what is really stored, which a browser may have lost a part of since it was counted. */
async function stored(tx: Tx, space: string): Promise<SpaceDigest> {
  const rows = await tx.range<BaseRow>("base", { index: "space", from: space, to: space });
  const xor = rows.reduce((sum, row) => sum ^ BigInt(`0x${row.print}`), 0n);
  return { count: rows.length, xor: xor.toString(16).padStart(16, "0") };
}

async function differing(tx: Tx, state: BaseState): Promise<number> {
  let count = 0;
  for (const space of state.agreed) {
    const found = await stored(tx, space);
    const { count: rows, xor } = state.digests[space] ?? { count: 0, xor: "0".repeat(16) };
    if (found.count !== rows || found.xor !== xor) count += 1;
  }
  return count;
}

export async function readAtSchool(queries: Queries): Promise<AtSchool> {
  const { core } = queries;
  const drafts = await core.outbox.read(["drafts"], (tx) => tx.count("drafts"));
  const refused = await queries.read((tx) => queries.select(tx, "not_accepted", { limit: 1000 }));
  return core.cache.read(["state", "base"], async (tx) => {
    const state = await baseState(tx);
    const changes = core.overlay.all(state.confirmed).length;
    const files = [...core.uploads.values()].filter((upload) => upload.state !== "verified").length;
    const open = state.complete ? unsure(state).length + (await differing(tx, state)) : 1;
    const missing = changes + files + drafts + refused.rows.length + open;
    const found = { at: state.now, changes, files, drafts, refused: refused.rows.length, unsure: open };
    return { good: missing === 0, ...found };
  });
}

export function atSchool(queries: Queries): Live<AtSchool> {
  return live(
    queries.core.hub,
    () => readAtSchool(queries),
    () => true,
  );
}
