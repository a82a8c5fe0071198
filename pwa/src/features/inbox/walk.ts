const inside = "a[data-row]";
let opened: number | undefined;

/** Remembers which row was opened, so that coming back goes on from there. */
export function rememberRow(list: HTMLElement, event: Event): void {
  const row = event.target instanceof Element ? event.target.closest(inside) : null;
  if (row) opened = [...list.querySelectorAll(inside)].indexOf(row);
}

/** Puts the focus where the person left, or on what has moved up into that place; once. */
export function returnToRow(list: HTMLElement): void {
  if (opened === undefined) return;
  const rows = list.querySelectorAll<HTMLElement>(inside);
  rows[Math.min(opened, rows.length - 1)]?.focus();
  opened = undefined;
}

/** The link to move to from the one in focus; from elsewhere "next" begins at the first row. */
export function neighbour<T>(rows: readonly T[], current: T | null, step: 1 | -1): T | undefined {
  const here = current === null ? -1 : rows.indexOf(current);
  if (here === -1) return step === 1 ? rows[0] : undefined;
  return rows[here + step];
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

/** Letter keys J and K walk through the rows of `list`; Enter is the link's own. Returns whether the key was used. */
export function walkRows(list: HTMLElement, event: KeyboardEvent): boolean {
  const step = event.key === "j" ? 1 : event.key === "k" ? -1 : undefined;
  if (!step || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return false;
  if (document.querySelector("dialog[open]")) return false;
  const rows = [...list.querySelectorAll<HTMLElement>(inside)];
  const active = document.activeElement;
  const next = neighbour(rows, active instanceof HTMLElement ? active : null, step);
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}
