import { newId, type Local } from "../../data";

export interface Kept {
  artifact: string | undefined;
  kept: number;
  /** Names of files that are no pictures. */
  left: string[];
  problem: unknown;
}

/** Puts pictures into an artifact one after the other; a problem with one leaves the others kept. */
export async function keepPhotos(local: Local, files: readonly File[], into?: string): Promise<Kept> {
  const pictures = files.filter(
    ({ type, name }) => type.startsWith("image/") || /\.(heic|heif|jpe?g|png|webp|avif|gif)$/i.test(name),
  );
  const result: Kept = {
    artifact: into,
    kept: 0,
    left: files.filter((file) => !pictures.includes(file)).map(({ name }) => name),
    problem: undefined,
  };
  if (pictures.length === 0) return result;
  try {
    result.artifact ??= await local.create("artifact", {});
    for (const file of pictures) {
      const capturedAt = new Date(file.lastModified).toISOString();
      await local.attach(result.artifact, file, { type: "photo", name: file.name, capturedAt });
      result.kept += 1;
    }
  } catch (problem) {
    result.problem = problem;
  }
  // Nothing fitted: an empty piece would only puzzle.
  if (result.kept === 0 && !into && result.artifact) {
    await local.delete(result.artifact).catch(() => undefined);
    result.artifact = undefined;
  }
  return result;
}

/** The address as typed, made whole; undefined when it can't be one. Only web pages: no script, no file. */
export function webAddress(typed: string): string | undefined {
  const words = typed.trim();
  if (!words || /\s/.test(words)) return undefined;
  const whole =
    /^[a-z][a-z\d+.-]*:/i.test(words) && !/^[^/]+:\d+(\/|$)/.test(words) ? words : `https://${words}`;
  if (!URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  const named = url.hostname.includes(".") || url.hostname === "localhost" || url.hostname.startsWith("[");
  return (url.protocol === "https:" || url.protocol === "http:") && named ? url.href : undefined;
}

export async function keepLink(local: Local, url: string, title: string, into?: string): Promise<string> {
  const artifact = into ?? (await local.create("artifact", { title }));
  await local.add(artifact, "attachments", newId(), { type: "link", url, title });
  return artifact;
}
