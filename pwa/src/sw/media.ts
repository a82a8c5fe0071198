// Files of this device for <video> and <audio>: `/offline-media/{person}/{upload}/{size}?type={mime}`, with ranges.
// They lie in the browser's private file system, as data/ports/media-names.ts names them.

import { fileName, folderOf } from "../data/ports/media-names";

const PATH = /^\/offline-media\/([a-z2-7]{26})\/([a-z2-7]{26})\/(original|w320|w1024|w2000|jpg1024)$/;
const SHOWN = /^(image|video|audio)\/[\w.+-]+$/;

interface Asked {
  from: number;
  /** The byte after the last. */
  to: number;
}

/** The one range of a `Range` header; undefined for the whole, "none" when it lies outside. */
export function rangeOf(header: string | null, size: number): Asked | "none" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const [first, last] = [match[1] ?? "", match[2] ?? ""];
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  return from >= size || from >= to ? "none" : { from, to };
}

async function fileAt(person: string, key: string): Promise<File | undefined> {
  try {
    let folder = await navigator.storage.getDirectory();
    for (const name of folderOf(person)) folder = await folder.getDirectoryHandle(name);
    return await (await folder.getFileHandle(fileName(key))).getFile();
  } catch {
    return undefined;
  }
}

export function answerRange(file: Blob, type: string, range: string | null): Response {
  const headers: Record<string, string> = {
    "content-type": SHOWN.test(type) ? type : "application/octet-stream",
    "accept-ranges": "bytes",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
  const asked = rangeOf(range, file.size);
  if (asked === "none") {
    return new Response(null, {
      status: 416,
      headers: { ...headers, "content-range": `bytes */${file.size}` },
    });
  }
  if (asked === undefined) {
    return new Response(file, { headers: { ...headers, "content-length": String(file.size) } });
  }
  headers["content-range"] = `bytes ${asked.from}-${asked.to - 1}/${file.size}`;
  headers["content-length"] = String(asked.to - asked.from);
  return new Response(file.slice(asked.from, asked.to), { status: 206, headers });
}

/** Undefined when the address is not one of these. */
export function mediaAnswer(request: Request): Promise<Response> | undefined {
  const url = new URL(request.url);
  const match = PATH.exec(url.pathname);
  if (match === null) return undefined;
  const [, person = "", upload = "", size = ""] = match;
  return fileAt(person, `${upload}/${size}`).then((file) =>
    file === undefined
      ? new Response(null, { status: 404 })
      : answerRange(file, url.searchParams.get("type") ?? "", request.headers.get("range")),
  );
}
