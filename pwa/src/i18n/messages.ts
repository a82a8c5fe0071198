// How the words of the screens are typed. English is the shape; another language must have every key of it.

/** A message is plain words, or a function of what varies in it. */
export type Message = string | ((...args: never[]) => string);

/** The shape of a language file: same keys, same arguments, any words. */
export type Words<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { [K in keyof T]: Words<T[K]> };

export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/**
 * Chooses the form of a language for a number; `#` becomes the number as that language writes it.
 * Rules: Unicode CLDR, by way of Intl.PluralRules.
 */
export function pluralsOf(language: string): (n: number, forms: PluralForms) => string {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (n, forms) => (forms[rules.select(n)] ?? forms.other).replaceAll("#", numbers.format(n));
}
