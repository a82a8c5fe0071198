// Files for screens: from this device when they are here, else fetched by a signed address and kept by their upload id.

import type { Core } from "./core";
import { LocalProblem } from "./problems";
import type { MediaStore } from "./ports/ports";
import type { MediaSize, PackState, Rendition } from "./shapes";
import type { Queries } from "./queries";
import { check } from "./sync/answers";

interface Signed {
  upload: string;
  size: MediaSize;
  url?: string;
  mime?: string;
  error?: string;
}

const SIGNED_AT_ONCE = 100;
const GATHER_MS = 10;
/** What may stand in for a size that is not here, the nearest first. */
const INSTEAD: Record<MediaSize, readonly MediaSize[]> = {
  w320: ["w1024", "jpg1024", "w2000", "original"],
  w1024: ["jpg1024", "w2000", "original", "w320"],
  jpg1024: ["w1024", "w2000", "original", "w320"],
  w2000: ["original", "w1024", "jpg1024", "w320"],
  original: ["w2000", "w1024", "jpg1024", "w320"],
};
const MIMES: Record<Rendition, string> = {
  w320: "image/webp",
  w1024: "image/webp",
  w2000: "image/webp",
  jpg1024: "image/jpeg",
};

export function mediaKey(upload: string, size: MediaSize): string {
  return `${upload}/${size}`;
}

export class MediaCache {
  private readonly urls = new Map<string, Promise<string | undefined>>();
  private asked: { upload: string; size: MediaSize; done: (signed: Signed | undefined) => void }[] = [];

  constructor(
    private readonly core: Core,
    private readonly store: MediaStore,
  ) {}

  private mimeOf(upload: string, size: MediaSize): string {
    if (size !== "original") return MIMES[size];
    return this.core.uploads.get(upload)?.mime ?? "application/octet-stream";
  }

  private async local(upload: string, size: MediaSize): Promise<string | undefined> {
    const [key, mime] = [mediaKey(upload, size), this.mimeOf(upload, size)];
    if (/^(video|audio)\//.test(mime) && (await this.store.size(key)) !== undefined) {
      const playing = this.core.ports.addresses.playing(this.core.me.id, key, mime);
      if (playing !== undefined) return playing;
    }
    const blob = await this.store.blob(key, mime);
    return blob === undefined ? undefined : this.core.ports.addresses.make(blob);
  }

  /** Asks for many addresses in one call. */
  private sign(upload: string, size: MediaSize): Promise<Signed | undefined> {
    return new Promise((done) => {
      this.asked.push({ upload, size, done });
      if (this.asked.length === 1) this.core.ports.clock.after(GATHER_MS, () => void this.signAll());
    });
  }

  private async signAll(): Promise<void> {
    const asked = this.asked;
    this.asked = [];
    for (let at = 0; at < asked.length; at += SIGNED_AT_ONCE) {
      const part = asked.slice(at, at + SIGNED_AT_ONCE);
      const urls = await this.signPart(part.map(({ upload, size }) => [upload, size])).catch(() => []);
      for (const { upload, size, done } of part) {
        done(urls.find((one) => one.upload === upload && one.size === size && one.url !== undefined));
      }
    }
  }

  private async signPart(items: [string, MediaSize][]): Promise<Signed[]> {
    const path = "/api/media/sign";
    const answer = check(await this.core.ports.transport.send({ method: "POST", path, json: { items } }));
    return (answer.json as { urls: Signed[] }).urls;
  }

  /** Fetches a file and keeps it on this device; undefined when it could not be had. */
  private async fetchInto(upload: string, size: MediaSize): Promise<Blob | undefined> {
    const signed = await this.sign(upload, size);
    if (signed?.url === undefined) return undefined;
    const { transport } = this.core.ports;
    const answer = check(await transport.send({ method: "GET", path: signed.url, want: "bytes" }));
    const bytes = answer.bytes ?? new Uint8Array();
    const mime = signed.mime ?? this.mimeOf(upload, size);
    await this.keep(mediaKey(upload, size), bytes);
    return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime });
  }

  /** One tab at a time: two that write one file would put it down twice over. */
  private keep(key: string, bytes: Uint8Array): Promise<void> {
    return this.core.ports.locks.hold(`pathfolio-${this.core.me.id}-${key}`, () => this.write(key, bytes));
  }

  private async write(key: string, bytes: Uint8Array): Promise<void> {
    const part = `${key}.part`;
    try {
      // Written aside first: a half file under the right name would be shown for good. A crash may have left one there.
      await this.store.delete(part);
      await this.store.append(part, bytes);
      await this.store.rename(part, key);
    } catch (error) {
      await this.store.delete(part).catch(() => undefined);
      // Without room it is shown but not kept.
      if (!(error instanceof LocalProblem)) throw error;
    }
  }

  private async find(upload: string, size: MediaSize): Promise<string | undefined> {
    const here = await this.local(upload, size);
    if (here !== undefined) return here;
    const blob = await this.fetchInto(upload, size).catch(() => undefined);
    if (blob !== undefined) return this.core.ports.addresses.make(blob);
    for (const other of INSTEAD[size]) {
      const instead = await this.local(upload, other);
      if (instead !== undefined) return instead;
    }
    return undefined;
  }

  /** An address for a screen, kept while the app runs. Undefined when the file can't be had now. */
  url(upload: string, size: MediaSize): Promise<string | undefined> {
    const key = mediaKey(upload, size);
    const known = this.urls.get(key);
    if (known !== undefined) return known;
    const found = this.find(upload, size);
    this.urls.set(key, found);
    void found.then((url) => {
      if (url === undefined) this.urls.delete(key);
    });
    return found;
  }

  /** Removes the copies of files that are in no record any more; never what still has to be sent. */
  async drop(files: ReadonlySet<string>): Promise<void> {
    for (const key of await this.store.keys()) {
      const upload = key.split("/")[0] ?? "";
      if (!files.has(upload) || this.core.uploads.has(upload)) continue;
      await this.store.delete(key);
      const url = await this.urls.get(key);
      if (url !== undefined) this.core.ports.addresses.end(url);
      this.urls.delete(key);
    }
  }

  /** Removes a file whose attachment could not be saved. */
  async discard(upload: string): Promise<void> {
    for (const size of ["original", "w320"] as const) {
      await this.store.delete(mediaKey(upload, size)).catch(() => undefined);
    }
  }

  /** Everything that a showcase shows, on this device. */
  async pack(queries: Queries, showcase: string): Promise<PackState> {
    const view = await queries.find("showcase", showcase);
    const artifacts = (view?.fields.items ?? [])
      .map((item) => item.artifact)
      .filter((id) => id !== undefined);
    const state: PackState = { have: 0, of: 0, missing: [] };
    for (const id of new Set(artifacts)) {
      const artifact = await queries.find("artifact", id);
      for (const file of artifact?.fields.attachments ?? []) {
        if (file.type === "link") continue;
        state.of += 1;
        const size = file.type === "photo" ? "w2000" : "original";
        if (await this.has(file.upload, size)) state.have += 1;
        else state.missing.push({ artifact: id, upload: file.upload, name: file.name });
      }
    }
    return state;
  }

  private async has(upload: string, size: MediaSize): Promise<boolean> {
    const keys = [mediaKey(upload, size), mediaKey(upload, "original")];
    for (const key of keys) if ((await this.store.size(key)) !== undefined) return true;
    return (await this.fetchInto(upload, size).catch(() => undefined)) !== undefined;
  }

  close(): void {
    for (const pending of this.urls.values()) {
      void pending.then((url) => {
        if (url !== undefined) this.core.ports.addresses.end(url);
      });
    }
    this.urls.clear();
  }
}
