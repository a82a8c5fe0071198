import { describe, expect, it } from "vitest";
import { Device, settled } from "../testing";
import { Engine } from "./engine";
import { baseState } from "../core";
import { renew } from "./identity";
import { Numbering, client, running } from "./numbering";

describe("several tabs of one browser", () => {
  it("have one leader; when it closes another takes over", async () => {
    const device = new Device();
    device.server = new Numbering().answer;
    const first = await running(device);
    const second = await running(device);
    expect([first.engine.leads, second.engine.leads]).toEqual([true, false]);
    await first.engine.close();
    await settled();
    expect(second.engine.leads).toBe(true);
  });

  it("see at once what one of them saves, and the leader sends it", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = server.answer;
    const first = await running(device);
    const second = await running(device);
    const id = await second.writer.create("artifact", { title: "Bridge" });
    await settled();
    expect((await first.core.lookAt(id)).record?.fields["title"]).toBe("Bridge");
    second.engine.saved();
    await device.clock.pass(1_000);
    expect(server.pushed).toHaveLength(1);
    await settled();
    expect(second.engine.status.value.online).toBe(true);
  });

  it("become a new client once, though one that had slept still wants to", async () => {
    const device = new Device();
    device.server = new Numbering().answer;
    const { core, writer } = await running(device);
    await writer.create("artifact", { title: "Bridge" });
    const base = await core.cache.read(["state"], baseState);
    const { id: was } = await client(core);
    await renew(core.stores, core.ports.random, base, was);
    const now = await client(core);
    await renew(core.stores, core.ports.random, base, was, "epoch-two");
    expect(await client(core)).toEqual(now);
    expect(now.id).not.toBe(was);
  });

  it("leave the lead where it is while its call is slow", async () => {
    const device = new Device();
    const server = new Numbering();
    device.server = server.answer;
    const first = await running(device);
    const second = await running(device);
    const { transport } = first.core.ports;
    const answered = transport.send.bind(transport);
    transport.send = (request) =>
      request.path === "/api/sync/pull" ? new Promise(() => undefined) : answered(request);
    void first.engine.sync();
    await settled();
    second.engine.wanted();
    await device.clock.pass(20_000);
    expect([first.engine.leads, second.engine.leads]).toEqual([true, false]);
  });

  it("stop sending files in the one that lost the lead", async () => {
    const device = new Device();
    device.server = new Numbering().answer;
    const core = await device.open();
    const signals: AbortSignal[] = [];
    const run = (signal: AbortSignal): Promise<"later"> => {
      signals.push(signal);
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve("later")));
    };
    const asleep = new Engine(core, { run, drop: () => Promise.resolve() });
    asleep.start();
    await settled();
    const awake = await running(device);
    core.channel.close();
    awake.engine.wanted();
    await device.clock.pass(6_000);
    expect([awake.engine.leads, asleep.leads, signals[0]?.aborted]).toEqual([true, false, true]);
    const before = signals.length;
    // Nobody looks, or it would ask, hear nothing, and take the lead again.
    device.looks.tell("hidden");
    await device.clock.pass(200_000);
    expect(signals).toHaveLength(before);
  });

  it("take the lead from one that sleeps", async () => {
    const device = new Device();
    device.server = new Numbering().answer;
    const asleep = await running(device);
    const awake = await running(device);
    asleep.core.channel.close();
    awake.engine.wanted();
    await device.clock.pass(6_000);
    expect(awake.engine.leads).toBe(true);
  });
});
