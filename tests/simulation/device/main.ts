// Reads commands from Python, one JSON object per line, and answers; see README.md.

import { createInterface } from "node:readline";
import { LocalProblem, ApiProblem } from "../../../pwa/src/data/problems";
import { run, type Command } from "./commands";
import { Device } from "./device";
import { World, type Answered } from "./world";

let world = new World(say);
let devices = new Map<string, Device>();
let said = "";

/** Written when all has settled: one write, one read. */
function say(line: object): void {
  said += `${JSON.stringify(line)}\n`;
}

/** Another seed begins: a new world with no device in it. */
function begin(): void {
  for (const device of devices.values()) device.end();
  devices = new Map();
  world = new World(say);
}

/** All that follows from what just happened has happened: promises are settled, only timers and requests wait. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function told(error: unknown): object {
  if (error instanceof LocalProblem || error instanceof ApiProblem) {
    return { name: error.name, slug: error.slug, sentence: error.sentence };
  }
  return { name: error instanceof Error ? error.name : "Error", sentence: String(error) };
}

async function command(line: Command): Promise<void> {
  const ended = devices.get(line.device ?? "")?.ended;
  const done = run(world, devices, line, settled).then(
    (value) => say({ id: line.id, value: value ?? null }),
    (error: unknown) => say({ id: line.id, error: told(error) }),
  );
  // Files are hashed with real asynchronous calls of Node: wait for those, as no clock of ours drives them.
  // Several timers that are due at once are settled one after the other.
  // Nothing comes of what a device does that dies over it.
  if (line.do === "attach" || line.do === "advance") await Promise.race([done, ended ?? done]);
}

function isAnswer(line: object): line is { answer: number } & Answered {
  return "answer" in line;
}

interface Line {
  /** Every line says what time it is; nothing is due before. */
  now: number;
}

async function take(text: string): Promise<void> {
  const line = JSON.parse(text) as Line & (Command | ({ answer: number } & Answered));
  if (!isAnswer(line) && line.do === "begin") begin();
  world.now = Math.max(world.now, line.now);
  if (isAnswer(line)) world.answer(line.answer, line);
  else if (line.do !== "begin") await command(line);
  await settled();
  say({ idle: true, now: world.now, next: world.next() });
  process.stdout.write(said);
  said = "";
}

let turn = Promise.resolve();
createInterface({ input: process.stdin }).on("line", (text) => {
  turn = turn.then(() => take(text));
});
