/** The theme of the page: the person's choice, or what the device asks for. */
export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export function themeOf(value: unknown): Theme {
  return themes.find((theme) => theme === value) ?? "system";
}

export function showTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
}
