// The engine in a browser: the real ports, and the one `accounts` and `api` of this tab.

import { LocalAccounts } from "./accounts";
import type { Api } from "./api-shapes";
import { makeApi } from "./api";
import { newId as makeId } from "./ids";
import { mediaWork } from "./media-work";
import { around, broadcast, clock, locks, playingPath, random } from "./ports/browser";
import { webCrypto } from "./ports/crypto";
import { IndexedDatabases } from "./ports/indexeddb";
import { fetchTransport } from "./ports/fetch";
import { hasOpfs, OpfsMedia } from "./ports/opfs";
import { eventStream } from "./ports/pokes";
import type { MediaStore, Ports } from "./ports/ports";
import type { Accounts } from "./shapes";
import { whenIdle } from "./updates";

/** Put in at build. */
declare const __APP__: string;

const databases = new IndexedDatabases();

/** Files lie where the service worker can read them. */
let playable = false;

async function media(person: string): Promise<MediaStore> {
  playable = await hasOpfs();
  if (playable) return new OpfsMedia(person);
  return (await import("./ports/media-chunks")).ChunkMedia.open(databases, person);
}

const ports: Ports = {
  clock,
  random,
  databases,
  transport: fetchTransport,
  media,
  locks,
  broadcast,
  around,
  crypto: webCrypto,
  addresses: {
    make: (blob) => URL.createObjectURL(blob),
    end: (url) => URL.revokeObjectURL(url),
    playing: (person, key, mime) => (playable ? playingPath(person, key, mime) : undefined),
  },
  pokes: eventStream,
  app: __APP__,
};

const local = new LocalAccounts(ports, mediaWork);

export const accounts: Accounts = local;
export const api: Api = makeApi(() => local.transport());

/** A new id, for records and entries that a screen names itself. */
export function newId(): string {
  return makeId(random);
}

/** Calls `use` once no tab of this browser holds an open form, a recording or a save. */
export function whenFree(use: () => void): Promise<void> {
  return whenIdle(locks, (ms, run) => clock.after(ms, run), use);
}

export { scriptUrl } from "./ports/trusted";
