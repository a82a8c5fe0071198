const inside = "a[data-row]";

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
