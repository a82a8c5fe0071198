import { expect, it } from "vitest";
import { speak } from "../i18n";
import { statusWords } from "./problem";

it("tells the school's trouble in the reader's language, and in the school's own words where we have none", async () => {
  const said = { slug: "daily_limit", sentence: "Very much was sent from this account today." };
  await speak("en");
  expect(statusWords(said)).toBe(said.sentence);
  await speak("es");
  expect(statusWords(said)).toContain("Hoy se envió");
  expect(statusWords({ slug: "new_trouble", sentence: "Something new." })).toBe("Something new.");
});
