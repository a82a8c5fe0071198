import { describe, expect, it } from "vitest";
import { Device, idOf, settled, type Stream } from "../testing";
import { MINE, Numbering, running } from "./numbering";

const HELLO = { person: idOf("ana") };

function only(device: Device): Stream {
  expect(device.streams.size).toBe(1);
  return [...device.streams][0] as Stream;
}

async function listening(): Promise<{ device: Device; stream: Stream; pulls: () => number }> {
  const device = new Device();
  device.server = new Numbering().answer;
  await running(device);
  const stream = only(device);
  stream.word("hello", HELLO);
  const pulls = (): number => device.requests.filter(({ path }) => path === "/api/sync/pull").length;
  return { device, stream, pulls };
}

describe("a device that listens", () => {
  it("fetches at once what it hears of and lacks", async () => {
    const { device, stream, pulls } = await listening();
    const before = pulls();
    stream.word("moved", { [MINE]: 2 });
    await device.clock.pass(200);
    expect(pulls()).toBe(before + 1);
  });

  it("asks for nothing that it holds already", async () => {
    const { device, stream, pulls } = await listening();
    const before = pulls();
    stream.word("moved", { [MINE]: 1 });
    await device.clock.pass(20_000);
    expect(pulls()).toBe(before);
  });

  it("asks for nothing that a sync under way brings, such as the echo of its own push", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = server.answer;
    const { core, writer, engine } = await running(device);
    const stream = only(device);
    stream.word("hello", HELLO);
    const { transport } = core.ports;
    const answered = transport.send.bind(transport);
    let letGo = (): void => undefined;
    transport.send = (request) =>
      request.path === "/api/sync/pull"
        ? new Promise((resolve) => (letGo = () => resolve(answered(request))))
        : answered(request);
    await writer.create("artifact", { title: "Bridge" });
    const round = engine.sync();
    await settled();
    stream.word("moved", { [MINE]: 1 });
    await device.clock.pass(5_000);
    transport.send = answered;
    letGo();
    await round;
    const before = device.requests.length;
    await device.clock.pass(20_000);
    expect(device.requests.length).toBe(before);
  });

  it("looks anyway when the school names no head: its spaces may have changed", async () => {
    const { device, stream, pulls } = await listening();
    const before = pulls();
    stream.word("moved", { [`u:${idOf("ana")}`]: null });
    await device.clock.pass(200);
    expect(pulls()).toBe(before + 1);
  });

  it("does not fetch more than once a second, and not in one moment with the whole school", async () => {
    const { device, stream, pulls } = await listening();
    const before = pulls();
    for (let head = 2; head < 42; head++) {
      stream.word("moved", { [MINE]: head });
      await device.clock.pass(50);
    }
    expect(pulls() - before).toBeLessThanOrEqual(3);
    await device.clock.pass(5_000);
    const later = pulls();
    stream.word("moved", { [`o:${idOf("school")}`]: 7 });
    await device.clock.pass(10_000);
    expect(pulls()).toBe(later + 1);
  });

  it("asks by itself only now and then, and as ever once the stream has ended", async () => {
    const { device, stream, pulls } = await listening();
    const beats = async (minutes: number): Promise<number> => {
      const before = pulls();
      for (let half = 0; half < 2 * minutes; half++) {
        stream.word("beat", {});
        await device.clock.pass(30_000);
      }
      return pulls() - before;
    };
    expect(await beats(20)).toBeLessThanOrEqual(6);
    stream.over();
    const before = pulls();
    await device.clock.pass(20 * 60_000);
    expect(pulls() - before).toBeGreaterThan(12);
  });
});

describe("a stream that does not work", () => {
  it("is tried again later and later, without a word to anybody", async () => {
    const device = new Device();
    device.server = new Numbering().answer;
    const { engine } = await running(device);
    const waits: number[] = [];
    for (let tries = 1; tries <= 6; tries++) {
      only(device).over();
      expect(device.streams.size).toBe(0);
      const begun = device.clock.now();
      while (device.streams.size === 0) await device.clock.pass(1_000);
      waits.push(device.clock.now() - begun);
    }
    for (const [tries, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(5_000 * 2 ** tries);
      expect(wait).toBeLessThanOrEqual(15_000 * 2 ** tries + 1_000);
    }
    expect(engine.status.value).toMatchObject({ online: true });
    expect(engine.status.value.problem).toBeUndefined();
  });

  it("is given up when it never says a word, as behind a proxy that holds words back", async () => {
    const device = new Device();
    device.server = new Numbering().answer;
    await running(device);
    await device.clock.pass(15_100);
    expect(device.streams.size).toBe(0);
  });

  it("is given up when it falls silent", async () => {
    const { device } = await listening();
    await device.clock.pass(74_000);
    expect(device.streams.size).toBe(1);
    await device.clock.pass(2_000);
    expect(device.streams.size).toBe(0);
  });

  it("is begun anew on another network", async () => {
    const { device, stream } = await listening();
    device.looks.tell("online");
    await settled();
    expect(only(device)).not.toBe(stream);
  });

  it("is closed when it is meant for somebody else who signed in in this browser", async () => {
    const device = new Device();
    device.server = new Numbering().answer;
    await running(device);
    only(device).word("hello", { person: idOf("ben") });
    expect(device.streams.size).toBe(0);
  });

  it("is not asked for again where a person has to act first", async () => {
    const { device } = await listening();
    device.server = () => ({ status: 401, json: { slug: "sign_in", detail: "Please sign in." } });
    await device.clock.pass(7 * 60_000);
    expect(device.streams.size).toBe(0);
    await device.clock.pass(60 * 60_000);
    expect(device.streamsAsked).toBe(1);
  });
});

describe("one browser", () => {
  it("holds one stream, in the tab that leads", async () => {
    const device = new Device();
    device.server = new Numbering().answer;
    const first = await running(device);
    const second = await running(device);
    const stream = only(device);
    await first.engine.close();
    await settled();
    expect(second.engine.leads).toBe(true);
    expect(only(device)).not.toBe(stream);
  });

  it("goes on asking for the tab that is looked at when a tab that nobody sees leads", async () => {
    const device = new Device();
    device.server = new Numbering().answer;
    const first = await running(device);
    const second = await running(device);
    first.core.ports.around.visible = () => false;
    first.engine.wanted();
    await settled();
    expect([first.engine.leads, second.engine.leads]).toEqual([true, false]);
    const pulls = (): number => device.requests.filter(({ path }) => path === "/api/sync/pull").length;
    const before = pulls();
    await device.clock.pass(10 * 60_000);
    expect(pulls() - before).toBeGreaterThanOrEqual(9);
  });

  it("holds none while nobody looks, and one again when somebody does", async () => {
    const { device } = await listening();
    device.looks.tell("hidden");
    expect(device.streams.size).toBe(0);
    device.looks.tell("visible");
    await settled();
    only(device);
  });
});
