/** A code in groups of four, as people read it aloud and copy it by hand: "K7PM 3XQA". */
export function grouped(code: string): string {
  return (
    code
      .replaceAll(/[\s-]/g, "")
      .match(/.{1,4}/g)
      ?.join(" ") ?? ""
  );
}

/** Letter by letter for a screen reader, which would otherwise try to say it as a word. */
export function spelled(code: string): string {
  return [...code.replaceAll(/[\s-]/g, "")].join(" ");
}

/** Whole minutes until `expires`, rounded up; 0 when it is over. */
export function minutesLeft(expires: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(expires) - now) / 60_000));
}
