import { expect, it } from "vitest";
import { baseState } from "./core";
import { retry } from "./refused";
import { applyPage } from "./sync/apply";
import { Device, body, idOf, page } from "./testing";
import { Writer } from "./writer";

const OWN = `u:${idOf("ana")}`;
const WORK = idOf("bridge");

function mutation(op: string, field: string | null, value: unknown): object {
  const record = { id: idOf(`${op} ${field}`), n: 1, space: OWN, record: WORK };
  return {
    ...record,
    op,
    field,
    value,
    base: null,
    after: null,
    pulled: null,
    at: "2026-11-23T08:00:00.000Z",
  };
}

it("a refused piece that is tried again twice, as the app was killed halfway, comes back once", async () => {
  const core = await new Device().open();
  const fields = {
    record: WORK,
    code: "id_reused",
    mutation: mutation("create", null, { kind: "artifact", fields: { title: "Bridge" } }),
    followers: [mutation("text", "words", "of wood")],
  };
  const entry = { ...body("entry", OWN, 1, fields), kind: "not_accepted" as const };
  const answer = page({ spaces: { [OWN]: [1, "a", 0] }, changes: [entry] });
  await applyPage(core.cache, await core.cache.read(["state"], baseState), answer, undefined);
  const writer = new Writer(core);
  const text = writer.text.bind(writer);
  writer.text = () => Promise.reject(new Error("killed"));
  await expect(retry(core, writer, entry.id)).rejects.toThrow("killed");
  writer.text = text;
  await retry(core, writer, entry.id);
  const creates = core.overlay.all(0).filter(({ op }) => op === "create");
  expect(creates).toHaveLength(1);
  const { record } = await core.lookAt(creates[0]?.record ?? "");
  expect(record?.fields).toMatchObject({ title: "Bridge", words: "of wood" });
  expect((await core.lookAt(entry.id)).record?.deleted).toBeDefined();
});
