import type { First } from "./en";
import type { Later } from "./en/later";
import type { Words } from "./messages";

export const languages = { en: "English", es: "Español" } as const;
export type Language = keyof typeof languages;
type All = Words<First & Later>;

const first: Record<Language, () => Promise<{ words: Words<First> }>> = {
  en: () => import("./en"),
  es: () => import("./es"),
};
const later: Record<Language, () => Promise<{ words: Words<Later> }>> = {
  en: () => import("./en/later"),
  es: () => import("./es/later"),
};

let current = $state.raw<{ language: Language; words: Words<First> & Partial<Words<Later>> } | undefined>();
/** A screen beyond the first ones was opened, so a change of language brings all words at once. */
let all = false;

export function isLanguage(value: unknown): value is Language {
  return typeof value === "string" && Object.hasOwn(first, value);
}

/** The person's own choice, else the first language of the browser that we speak, else English. */
export function preferred(choice: unknown, wishes: readonly string[]): Language {
  if (isLanguage(choice)) return choice;
  return wishes.map((wish) => wish.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

/** Loads a language (only this one) and shows it everywhere at once. */
export async function speak(language: Language): Promise<void> {
  if (current?.language === language) return;
  const [some, more] = await Promise.all([first[language](), all ? later[language]() : undefined]);
  current = { language, words: { ...some.words, ...more?.words } };
  if (typeof document !== "undefined") document.documentElement.lang = language;
}

/** Loads the words of the other screens too. */
export async function speakFully(): Promise<void> {
  if (all || !current) return;
  const { language } = current;
  const more = await later[language]();
  all = true;
  if (current.language === language) current = { language, words: { ...current.words, ...more.words } };
  else await speak(current.language);
}

export function language(): Language {
  return current?.language ?? "en";
}

/** The messages, by feature: `t.home.title`, `t.common.loadMore`, `t.home.pieces(3)`. Reactive. */
export const t: All = new Proxy({} as All, {
  get(_none, feature) {
    if (!current) throw new Error("no language is loaded yet: speak() first");
    return current.words[feature as keyof All];
  },
});
