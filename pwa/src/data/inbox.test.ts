import { describe, expect, it } from "vitest";
import { baseState, type Core } from "./core";
import { Inbox } from "./inbox";
import { Queries } from "./queries";
import { applyPage } from "./sync/apply";
import { Device, body, idOf, page } from "./testing";
import type { InboxRow } from "./shapes";
import type { WireRecord } from "./types.gen";
import { Writer } from "./writer";

const STUDENTS = ["ana", "ben"];
const spaceOf = (student: string): string => `p:${idOf(student)}`;

/** A record of a student, made in this minute of the day. */
function made(
  kind: WireRecord["kind"],
  name: string,
  by: string,
  minute: number,
  fields: object = {},
): WireRecord {
  const at = `2026-10-01T${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}:00.000Z`;
  const record = body(name, spaceOf(by), minute, { ...fields });
  return { ...record, kind, by: idOf(by), created: at, updated: at };
}

const work = (name: string, by: string, minute: number): WireRecord =>
  made("artifact", name, by, minute, { title: name });

async function teacherWith(...records: WireRecord[]): Promise<{ core: Core; inbox: Inbox; writer: Writer }> {
  const core = await new Device().open("tom");
  const people = STUDENTS.map((name) => ({
    ...body(name, spaceOf(name), 1, { name: name.toUpperCase(), role: "student", status: "active" }),
    kind: "person" as const,
  }));
  const asked = await core.cache.read(["state"], baseState);
  const spaces = Object.fromEntries(STUDENTS.map((name) => [spaceOf(name), [9999, "a", 0] as const]));
  const changes = [...people, ...records];
  await applyPage(core.cache, asked, page({ spaces: spaces as never, changes }), undefined);
  return { core, inbox: new Inbox(new Queries(core)), writer: new Writer(core) };
}

const told = (rows: InboxRow[]): string[] =>
  rows.map(({ artifact, student, why }) => `${student.name}: ${artifact.fields.title} (${why})`);

describe("the inbox", () => {
  it("shows who has waited longest first, with the student's name", async () => {
    const { inbox } = await teacherWith(
      work("Bridge", "ana", 30),
      work("Bread", "ben", 10),
      work("Boat", "ana", 20),
    );
    expect(told(await inbox.read())).toEqual(["BEN: Bread (new)", "ANA: Boat (new)", "ANA: Bridge (new)"]);
  });

  it("forgets what was looked at, and what lies in the trash", async () => {
    const thrown = { ...work("Boat", "ana", 20), deleted: { by: "ana", at: "2026-10-02T00:00:00.000Z" } };
    const { inbox, writer } = await teacherWith(work("Bridge", "ana", 30), work("Bread", "ben", 10), thrown);
    await writer.seen(idOf("Bread"));
    expect(told(await inbox.read())).toEqual(["ANA: Bridge (new)"]);
  });

  it("shows a student's words after the teacher's own, at the time of those words", async () => {
    const { core, inbox, writer } = await teacherWith(work("Bridge", "ana", 30), work("Bread", "ben", 40));
    const feedback = await writer.create("feedback", {
      artifact: idOf("Bridge"),
      glow: "Fine",
      audience: "published",
    });
    expect(told(await inbox.read())).toEqual(["BEN: Bread (new)"]);
    const later = "2099-01-01T00:00:00.000Z";
    const answer = made("reply", "answer", "ana", 50, {
      artifact: idOf("Bridge"),
      feedback,
      words: "And now?",
    });
    const asked = await core.cache.read(["state"], baseState);
    const changes = [{ ...answer, created: later, updated: later }];
    await applyPage(core.cache, asked, page({ changes }), undefined);
    const rows = await inbox.read();
    expect(told(rows)).toEqual(["BEN: Bread (new)", "ANA: Bridge (reply)"]);
    expect(rows[1]?.since).toBe(later);
    expect(rows[1]?.why === "reply" && rows[1].reply?.fields.words).toBe("And now?");
  });

  it("shows the longest-waiting part of a long queue", async () => {
    const many = Array.from({ length: 700 }, (_, n) => work(`Work ${n}`, STUDENTS[n % 2] ?? "ana", n));
    const { inbox, writer } = await teacherWith(...many);
    await writer.seen(idOf("Work 1"));
    const rows = await inbox.read();
    expect(rows).toHaveLength(300);
    expect(rows.slice(0, 3).map((row) => row.artifact.fields.title)).toEqual(["Work 0", "Work 2", "Work 3"]);
    expect(rows.at(-1)?.artifact.fields.title).toBe("Work 300");
  });
});
