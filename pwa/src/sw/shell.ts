// The app itself for starting without a network: Cache Storage `pathfolio-shell-{version}` holds its files and nothing
// of any person. Which files, with their hashes, says a list that is made at build (build/service-worker.ts).

/** Path -> SHA-256 in base64. */
export type Files = Readonly<Record<string, string>>;

export interface Shell {
  version: string;
  /** Path of the list, and its hash. */
  list: string;
  hash: string;
}

const PREFIX = "pathfolio-shell-";
const AT_ONCE = 6;

function nameOf(shell: Shell): string {
  return PREFIX + shell.version;
}

/** By its hash: a Wi-Fi sign-in page or a half file is never taken for ours. */
function fetched(path: string, hash: string): Promise<Response> {
  return fetch(path, { cache: "no-cache", integrity: `sha256-${hash}`, credentials: "same-origin" });
}

/** Fills the cache of this version, taking over what an older one holds under the same hashed name. All or nothing. */
export async function fill(shell: Shell): Promise<void> {
  const list = await fetched(shell.list, shell.hash);
  if (!list.ok) throw new Error(`${shell.list}: ${list.status}`);
  const waiting = Object.entries((await list.json()) as Files);
  const cache = await caches.open(nameOf(shell));
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [path, hash] = next;
      if ((await cache.match(path)) !== undefined) continue;
      const old = path.startsWith("/assets/") ? await caches.match(path) : undefined;
      const response = old ?? (await fetched(path, hash));
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      await cache.put(path, response);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

export async function dropOthers(shell: Shell): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== nameOf(shell)) await caches.delete(name);
  }
}

/** From the cache of this version, else from the network; undefined for what is never a file of the app. */
export function shellAnswer(request: Request, shell: Shell): Promise<Response> | undefined {
  const { pathname } = new URL(request.url);
  if (/^\/(api|media)\//.test(pathname)) return undefined;
  return caches
    .open(nameOf(shell))
    .then((cache) => cache.match(pathname === "/" ? "/index.html" : pathname))
    .then((found) => found ?? fetch(request));
}
