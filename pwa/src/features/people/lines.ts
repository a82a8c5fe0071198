/** Where line `line` (from 1) begins and ends in `text`, as positions for a selection. */
export function lineStart(text: string, line: number): [from: number, to: number] {
  const lines = text.split("\n");
  const before = lines.slice(0, Math.max(0, line - 1));
  const from = before.reduce((sum, one) => sum + one.length + 1, 0);
  return [Math.min(from, text.length), Math.min(from + (lines[line - 1]?.length ?? 0), text.length)];
}
