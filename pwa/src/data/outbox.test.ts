import { describe, expect, it } from "vitest";
import type { OutboxRow } from "./databases";
import { save, markSent, type Edit, type Seen } from "./outbox";
import { applyPage } from "./sync/apply";
import { Device, body, idOf, page } from "./testing";
import { baseState, type Core } from "./core";
import type { WireRecord } from "./types.gen";
import { Writer } from "./writer";

const RECORD = idOf("bridge");
const SPACE = `p:${idOf("ana")}`;

function edit(op: Edit["op"], field: string | null, value: unknown, more: Partial<Edit> = {}): Edit {
  return { op, record: RECORD, field, value, space: SPACE, base: null, ...more };
}

async function seen(core: Core, confirmed = 0): Promise<Seen> {
  const client = await core.outbox.read(["state"], (tx) => tx.get<{ id: string }>("state", "client"));
  return { client: client?.id ?? "", confirmed, now: "2026-11-23T07:00:00.000Z" };
}

async function saved(core: Core, ...edits: Edit[]): Promise<OutboxRow[]> {
  const rows = await save(core.outbox, core.ports, await seen(core), edits);
  if (rows === "stale") throw new Error("stale");
  return rows;
}

function all(core: Core): Promise<OutboxRow[]> {
  return core.outbox.read(["outbox"], (tx) => tx.range<OutboxRow>("outbox"));
}

describe("the outbox", () => {
  it("numbers without gaps and chains what one device wrote on one record", async () => {
    const core = await new Device().open();
    const [first, second, third] = await saved(
      core,
      edit("create", null, { kind: "artifact", fields: {} }),
      edit("set", "title", "Bridge"),
      edit("set", "where", "River"),
    );
    expect([first?.n, second?.n, third?.n]).toEqual([1, 2, 3]);
    expect([first?.after, second?.after, third?.after]).toEqual([null, first?.id, second?.id]);
  });

  it("lets a newer text take the place of one that never left, keeping n, base and after under a new id", async () => {
    const core = await new Device().open();
    const base: [number, string] = [4, idOf("theirs")];
    const [old] = await saved(core, edit("text", "words", "I built", { base }));
    const [fresh] = await saved(
      core,
      edit("text", "words", "I built a bridge", { base: [9, idOf("later")] }),
    );
    expect(await all(core)).toEqual([fresh]);
    expect(fresh).toMatchObject({ n: 1, base, after: null, value: "I built a bridge" });
    expect(fresh?.id).not.toBe(old?.id);
  });

  it("never replaces what may have left", async () => {
    const core = await new Device().open();
    const rows = await saved(core, edit("text", "words", "one"));
    await markSent(core.outbox, rows);
    const [second] = await saved(core, edit("text", "words", "two"));
    expect((await all(core)).map((row) => row.value)).toEqual(["one", "two"]);
    expect(second).toMatchObject({ n: 2, after: rows[0]?.id });
  });

  it("never replaces a row on which a later one of the record builds", async () => {
    const core = await new Device().open();
    const [title] = await saved(core, edit("set", "title", "one"));
    const [where] = await saved(core, edit("set", "where", "here"));
    await saved(core, edit("set", "title", "two"));
    const rows = await all(core);
    expect(rows.map((row) => row.value)).toEqual(["one", "here", "two"]);
    expect(rows.map((row) => row.after)).toEqual([null, title?.id, where?.id]);
  });

  it("does not save on a base that was read before rows were confirmed", async () => {
    const core = await new Device().open();
    await saved(core, edit("set", "title", "one"));
    await core.outbox.write(["state"], async (tx) => {
      const client = await tx.get<object>("state", "client");
      await tx.put("state", { ...client, trimmed: { n: 1, hash: "x" } });
    });
    expect(await save(core.outbox, core.ports, await seen(core, 0), [edit("set", "title", "two")])).toBe(
      "stale",
    );
    expect(await all(core)).toHaveLength(1);
  });

  it("does not chain to what is in the base, unless the editor was filled before", async () => {
    const core = await new Device().open();
    const [first] = await saved(core, edit("text", "words", "one"));
    await markSent(core.outbox, [first as OutboxRow]);
    const confirmed = await seen(core, 1);
    const rows = await save(core.outbox, core.ports, confirmed, [edit("set", "title", "t")]);
    expect((rows as OutboxRow[])[0]?.after).toBeNull();
    const going = edit("text", "words", "one two", { follows: first?.id });
    const [on] = (await save(core.outbox, core.ports, { ...confirmed, confirmed: 2 }, [
      going,
    ])) as OutboxRow[];
    expect(on?.after).toBe(first?.id);
  });
});

describe("a save", () => {
  it("of a form that was filled before the first pull of its record knows what it showed", async () => {
    const core = await new Device().open();
    const pulled = body("bridge", SPACE, 1, { words: "one" });
    const created = pulled.rev[1];
    // Since then something else of it was changed on this device, and pulled.
    const newest: [number, string] = [2, idOf("where")];
    const changes = [{ ...pulled, rev: newest, meta: { ...pulled.meta, where: newest } }];
    const asked = await core.cache.read(["state"], baseState);
    await applyPage(core.cache, asked, page({ spaces: { [SPACE]: [2, "a", 0] }, changes }), undefined);
    await new Writer(core).text(RECORD, "words", "one two", [0, created]);
    expect((await all(core))[0]?.base).toEqual([1, created]);
  });

  it("of a form goes on from the own words that it showed, whatever was confirmed and saved since", async () => {
    const core = await new Device().open();
    const pulled = body("bridge", SPACE, 1, { words: "one" });
    const pull = async (changes: WireRecord[], seq: number): Promise<void> => {
      const asked = await core.cache.read(["state"], baseState);
      await applyPage(core.cache, asked, page({ spaces: { [SPACE]: [seq, "a", 0] }, changes }), undefined);
    };
    await pull([pulled], 1);
    const writer = new Writer(core);
    await writer.text(RECORD, "words", "one two");
    // A form is opened: it shows "one two", and version 1.
    const [words] = await all(core);
    const rev: [number, string] = [2, words?.id ?? ""];
    await pull([{ ...pulled, rev, seq: 2, meta: { words: rev }, fields: { words: "one two" } }], 2);
    await core.outbox.write(["outbox"], (tx) => tx.clear("outbox"));
    await core.overlay.load(core.outbox);
    await writer.set(RECORD, "where", "River");
    await writer.text(RECORD, "words", "one two three", pulled.rev);
    expect((await all(core)).at(-1)).toMatchObject({ base: pulled.rev, after: words?.id });
    // A form that showed version 2 goes on from the newest change, as ever.
    const [where] = await all(core);
    await markSent(core.outbox, await all(core));
    await writer.set(RECORD, "title", "Bridge");
    const title = (await all(core)).at(-1)?.id;
    await writer.text(RECORD, "words", "one two three four", rev);
    expect((await all(core)).at(-1)).toMatchObject({ base: rev, after: title });
    expect(where?.field).toBe("where");
  });

  it("never goes back to an older own text while the newer one is pulled, and not yet confirmed", async () => {
    const core = await new Device().open();
    const pulled = body("bridge", SPACE, 1, { words: "one" });
    const writer = new Writer(core);
    const asked = await core.cache.read(["state"], baseState);
    await applyPage(
      core.cache,
      asked,
      page({ spaces: { [SPACE]: [1, "a", 0] }, changes: [pulled] }),
      undefined,
    );
    await writer.text(RECORD, "words", "one two");
    await markSent(core.outbox, await all(core));
    await writer.text(RECORD, "words", "one two three");
    const rev: [number, string] = [3, (await all(core)).at(-1)?.id ?? ""];
    const merged = { ...pulled, rev, seq: 3, meta: { words: rev }, fields: { words: "zero one two three" } };
    const again = await core.cache.read(["state"], baseState);
    const partly = page({ spaces: { [SPACE]: [3, "c", 0] }, changes: [merged], more: true });
    await applyPage(core.cache, again, partly, undefined);
    expect((await core.lookAt(RECORD)).record?.fields["words"]).toBe("zero one two three");
    await writer.text(RECORD, "words", "zero one two three four");
    expect((await core.lookAt(RECORD)).record?.fields["words"]).toBe("zero one two three four");
  });

  it("that finds no room is a typed problem, and changes nothing", async () => {
    const device = new Device();
    const core = await device.open();
    const writer = new Writer(core);
    const id = await writer.create("artifact", { title: "Bridge" });
    device.disk.room = 0;
    await expect(writer.set(id, "title", "Tower")).rejects.toMatchObject({
      name: "LocalProblem",
      slug: "quota",
    });
    expect((await core.lookAt(id)).record?.fields["title"]).toBe("Bridge");
    expect(await all(core)).toHaveLength(1);
  });

  it("is made also on a base that came back older than the outbox", async () => {
    const core = await new Device().open();
    await core.outbox.write(["state"], async (tx) => {
      const client = await tx.get<object>("state", "client");
      await tx.put("state", { ...client, next: 6, trimmed: { n: 5, hash: "x" } });
    });
    const id = await new Writer(core).create("artifact", { title: "Bridge" });
    expect((await core.lookAt(id)).record?.fields["title"]).toBe("Bridge");
    expect((await all(core)).map((row) => row.n)).toEqual([6]);
  });

  it("of a text above 64 KB is refused before it is stored", async () => {
    const core = await new Device().open();
    const writer = new Writer(core);
    const id = await writer.create("artifact", {});
    await expect(writer.text(id, "words", "é".repeat(40_000))).rejects.toMatchObject({ slug: "too_large" });
  });

  it("makes text whole: NFC, no NUL, no half surrogates", async () => {
    const core = await new Device().open();
    const writer = new Writer(core);
    const id = await writer.create("artifact", { title: "Cafe\u0301\0 \ud800" });
    expect((await core.lookAt(id)).record?.fields["title"]).toBe("Café \ufffd");
  });

  it("survives a crash of the app as soon as it has resolved", async () => {
    const device = new Device();
    const core = await device.open();
    const id = await new Writer(core).create("artifact", { title: "Bridge" });
    device.disk.crash(4);
    const again = await device.open();
    expect((await again.lookAt(id)).record?.fields["title"]).toBe("Bridge");
  });

  it("is undone by a new change", async () => {
    const core = await new Device().open();
    const writer = new Writer(core);
    const id = await writer.create("artifact", { title: "Bridge", tags: { wood: { text: "Wood" } } });
    await writer.remove(id, "tags", "wood");
    expect((await core.lookAt(id)).record?.fields["tags"]).toBeUndefined();
    expect(await writer.undoLast()).toBe("remove.artifact.tags");
    expect(Object.keys((await core.lookAt(id)).record?.fields["tags"] as object)).toEqual(["wood"]);
    expect((await all(core)).at(-1)?.op).toBe("add");
  });

  it("is not undone where the text went on elsewhere: no words disappear", async () => {
    const device = new Device();
    const core = await device.open();
    const writer = new Writer(core);
    const id = await writer.create("artifact", { words: "one" });
    await writer.text(id, "words", "one two");
    await new Writer(core).text(id, "words", "one two, and three from the other tab");
    expect(await writer.undoLast()).toBeUndefined();
    expect((await core.lookAt(id)).record?.fields["words"]).toBe("one two, and three from the other tab");
  });

  it("is undone in one go after typing on", async () => {
    const core = await new Device().open();
    const writer = new Writer(core);
    const id = await writer.create("artifact", { words: "one" });
    await writer.text(id, "words", "one two");
    await writer.text(id, "words", "one two three");
    expect(await writer.undoLast()).toBe("text.artifact.words");
    expect((await core.lookAt(id)).record?.fields["words"]).toBe("one");
  });

  it("puts ordered entries where they were asked to be", async () => {
    const core = await new Device().open();
    const writer = new Writer(core);
    const link = (key: string) => ({ key, type: "link" as const, url: "https://example.org/", title: key });
    const id = await writer.create("artifact", { attachments: [link("a"), link("b"), link("c")] });
    await writer.move(id, "attachments", "c", null);
    await writer.move(id, "attachments", "a", "b");
    const entries = (await core.lookAt(id)).record?.fields["attachments"] as Record<string, { p: string }>;
    const order = Object.keys(entries).sort((x, y) =>
      (entries[x]?.p ?? "") < (entries[y]?.p ?? "") ? -1 : 1,
    );
    expect(order).toEqual(["c", "b", "a"]);
  });
});
