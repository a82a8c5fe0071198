// What Python may ask of devices.

import type { LocalPerson } from "../../../pwa/src/data/local";
import { LocalProblem } from "../../../pwa/src/data/problems";
import type { AttachMeta, Kind, Query } from "../../../pwa/src/data/shapes";
import { outboxName } from "../../../pwa/src/data/databases";
import { Device, type Tab } from "./device";
import type { World } from "./world";

export interface Command {
  id: number;
  do: string;
  device?: string;
  tab?: number;
  [more: string]: unknown;
}

type Devices = Map<string, Device>;
type Calls = Record<string, (...args: unknown[]) => Promise<unknown>>;

const WRITES = new Set([
  "create",
  "set",
  "text",
  "add",
  "remove",
  "move",
  "delete",
  "restore",
  "seen",
  "setting",
  "undo",
  "resolve",
  "retry",
  "dismiss",
  "standards",
  "suggestions",
  "pack",
  "copyOfUnsent",
  "sync",
  "mediaUrl",
]);

function deviceOf(devices: Devices, command: Command): Device {
  const device = devices.get(command.device ?? "");
  if (device === undefined) throw new Error(`there is no device ${command.device ?? ""}`);
  return device;
}

function open(tab: Tab): LocalPerson {
  if (tab.local === undefined) throw new Error("nobody is signed in");
  return tab.local;
}

async function list(local: LocalPerson, kind: Kind, query: Query): Promise<unknown> {
  return new Promise((resolve) => {
    const stop = local.list(kind, query).subscribe((page) => {
      queueMicrotask(() => stop());
      resolve(page);
    });
  });
}

/** Like the screens: says what the engine says is wrong, and what came of a command. */
async function heard(device: Device, tab: Tab, command: Command): Promise<unknown> {
  const known = tab.local;
  try {
    return await inTab(device, tab, command);
  } catch (error) {
    if (error instanceof LocalProblem && error.slug === "quota") device.told.full += 1;
    throw error;
  } finally {
    if (tab.local !== known)
      tab.local?.status.subscribe(({ problem }) => {
        if (problem?.slug === "quota") device.told.full += 1;
      });
  }
}

async function inTab(device: Device, tab: Tab, command: Command): Promise<unknown> {
  const args = (command["args"] ?? []) as unknown[];
  switch (command.do) {
    case "sign in":
      tab.local = (await tab.accounts.signIn(args[0] as never)) as LocalPerson;
      return tab.local.me;
    case "start":
      tab.local = (await tab.accounts.current()) as LocalPerson | undefined;
      return tab.local?.me ?? null;
    case "sign in again":
      return tab.accounts.signInAgain(args[0] as string);
    case "sign out":
      return tab.accounts.signOut().finally(() => (tab.local = undefined));
    case "wipe":
      return tab.accounts.wipe().finally(() => (tab.local = undefined));
    case "known":
      return tab.accounts.known();
    case "list":
      return list(open(tab), args[0] as Kind, (args[1] ?? {}) as Query);
    case "attach": {
      const bytes = Buffer.from(args[1] as string, "base64");
      return open(tab).attach(args[0] as string, new Blob([bytes]), args[2] as AttachMeta);
    }
    case "dump":
      return device.told.dump(open(tab), command.tab ?? 0);
    default:
      if (!WRITES.has(command.do)) throw new Error(`there is no command ${command.do}`);
      return (open(tab) as unknown as Calls)[command.do]?.(...args);
  }
}

/** The queue of files, and whose bytes are here. */
async function files(device: Device, person: string) {
  const held = await device.media(person).keys();
  const queue = [...device.disk.table(outboxName(person), "uploads").values()].map(({ row }) => row);
  return { queue, held };
}

/** The disk is full after so many commits; or has room again. Gives how often it had none, and who was told so. */
function room(device: Device, commits = Infinity): object {
  const found = { refused: device.disk.refused, told: device.told.full };
  device.disk.room = commits;
  device.disk.refused = device.told.full = 0;
  for (const media of device.files.values()) media.room = commits === Infinity ? Infinity : 0;
  return found;
}

async function advance(world: World, to: number, settled: () => Promise<void>): Promise<void> {
  while (world.step(to)) await settled();
}

export async function run(
  world: World,
  devices: Devices,
  command: Command,
  settled: () => Promise<void>,
): Promise<unknown> {
  const name = command.device ?? "";
  switch (command.do) {
    case "advance":
      return advance(world, command["to"] as number, settled);
    case "device":
      return void devices.set(name, new Device(name, String(command["seed"]), world));
    case "clone":
      return void devices.set(
        command["as"] as string,
        deviceOf(devices, command).clone(command["as"] as string),
      );
    case "crash":
      return deviceOf(devices, command).crash((command["lost"] ?? 0) as number);
    case "crash after":
      return deviceOf(devices, command).crashAfter((command["requests"] ?? Infinity) as number);
    case "files":
      return files(deviceOf(devices, command), command["person"] as string);
    case "peek":
      return deviceOf(devices, command).told.peek(command["person"] as string);
    case "evict":
      return deviceOf(devices, command).evict(command["suffix"] as string);
    case "clock":
      return void (deviceOf(devices, command).skew = command["skew"] as number);
    case "looks":
      return deviceOf(devices, command).look(
        command["event"] as "online" | "visible" | "hidden",
        command.tab,
      );
    case "close":
      return deviceOf(devices, command).close(command.tab ?? 0);
    case "freeze":
      return deviceOf(devices, command).freeze(command.tab ?? 0, command["asleep"] === true);
    case "passed":
      return deviceOf(devices, command).passed;
    case "room":
      return room(deviceOf(devices, command), command["commits"] as number | undefined);
    default:
      return heard(deviceOf(devices, command), deviceOf(devices, command).tab(command.tab ?? 0), command);
  }
}
