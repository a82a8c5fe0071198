import type { Everything } from "./en";
import type { Words } from "./messages";

export const languages = { en: "English", es: "Español" } as const;
export type Language = keyof typeof languages;
type All = Words<Everything>;

const loaders: Record<Language, () => Promise<{ words: All }>> = {
  en: () => import("./en"),
  es: () => import("./es"),
};

let current = $state.raw<{ language: Language; words: All } | undefined>();

export function isLanguage(value: unknown): value is Language {
  return typeof value === "string" && Object.hasOwn(loaders, value);
}

/** The person's own choice, else the first language of the browser that we speak, else English. */
export function preferred(choice: unknown, wishes: readonly string[]): Language {
  if (isLanguage(choice)) return choice;
  return wishes.map((wish) => wish.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

/** Loads a language (only this one) and shows it everywhere at once. */
export async function speak(language: Language): Promise<void> {
  if (current?.language === language) return;
  current = { language, words: (await loaders[language]()).words };
  if (typeof document !== "undefined") document.documentElement.lang = language;
}

export function language(): Language {
  return current?.language ?? "en";
}

function words(): All {
  if (!current) throw new Error("no language is loaded yet: speak() first");
  return current.words;
}

/** The messages, by feature: `t.home.title`, `t.common.loadMore`, `t.home.pieces(3)`. Reactive. */
export const t: All = new Proxy({} as All, { get: (_none, feature) => words()[feature as keyof All] });
