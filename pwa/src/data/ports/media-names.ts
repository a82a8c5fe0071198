// How files are named in the browser's private file system: folder `media/{person}`, file `{upload}.{size}`.
// The service worker reads them by the same rule.

export function folderOf(person: string): string[] {
  return ["media", person];
}

export function fileName(key: string): string {
  return key.replace("/", ".");
}

export function keyOf(name: string): string {
  return name.replace(".", "/");
}
