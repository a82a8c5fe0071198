/** The theme of the page: the person's choice, or what the device asks for. */
export type Theme = "" | "light" | "dark";

export function isTheme(value: unknown): value is Theme {
  return value === "" || value === "light" || value === "dark";
}

export function showTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
}
