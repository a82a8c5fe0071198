import { language } from "./language.svelte";

const made = new Map<string, Intl.DateTimeFormat | Intl.RelativeTimeFormat | Intl.NumberFormat>();

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d ${language()} ${JSON.stringify(options)}`;
  const format =
    (made.get(key) as Intl.DateTimeFormat | undefined) ?? new Intl.DateTimeFormat(language(), options);
  made.set(key, format);
  return format;
}

function ago(): Intl.RelativeTimeFormat {
  const key = `r ${language()}`;
  const format =
    (made.get(key) as Intl.RelativeTimeFormat | undefined) ??
    new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  made.set(key, format);
  return format;
}

const minute = 60_000;
const hour = 60 * minute;
const date = (at: string) => new Date(at.length === 10 ? `${at}T12:00:00` : at);

/** Times in words of the chosen language. `now` can be given so that tests need no clock. */
export const when = {
  /** "5 minutes ago", "yesterday", then a day. */
  short(at: string, now = Date.now()): string {
    const past = now - date(at).getTime();
    if (past < minute) return ago().format(0, "minute");
    if (past < hour) return ago().format(-Math.floor(past / minute), "minute");
    if (past < 20 * hour) return ago().format(-Math.floor(past / hour), "hour");
    const days = Math.round(past / (24 * hour));
    return days < 7 ? ago().format(-Math.max(1, days), "day") : when.day(at, now);
  },
  day(at: string, now = Date.now()): string {
    const sameYear = date(at).getFullYear() === new Date(now).getFullYear();
    return dates({ day: "numeric", month: "short", ...(!sameYear && { year: "numeric" }) }).format(date(at));
  },
  time: (at: string): string => dates({ hour: "numeric", minute: "2-digit" }).format(date(at)),
  full: (at: string): string =>
    dates({ dateStyle: "full", ...(at.length > 10 && { timeStyle: "short" }) }).format(date(at)),
};

/** "3.4 MB" in the way of the language. */
export function bytes(n: number): string {
  const [value, unit] =
    n >= 1e9 ? [n / 1e9, "gigabyte"] : n >= 1e6 ? [n / 1e6, "megabyte"] : [n / 1e3, "kilobyte"];
  const key = `b ${language()} ${unit}`;
  const format =
    (made.get(key) as Intl.NumberFormat | undefined) ??
    new Intl.NumberFormat(language(), {
      style: "unit",
      unit: unit,
      maximumFractionDigits: value < 10 ? 1 : 0,
    });
  made.set(key, format);
  return format.format(value);
}
