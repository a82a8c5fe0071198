import { expect, it } from "vitest";
import { grouped, minutesLeft, spelled } from "./code";

it("groups a code by four, however it came", () => {
  expect(grouped("K7PM3XQA")).toBe("K7PM 3XQA");
  expect(grouped("K7PM-3XQA")).toBe("K7PM 3XQA");
  expect(grouped("ABCDE")).toBe("ABCD E");
});

it("spells a code letter by letter", () => {
  expect(spelled("K7PM 3X")).toBe("K 7 P M 3 X");
});

it("counts the minutes that are left, and none after the end", () => {
  const now = Date.parse("2026-11-23T14:00:00.000Z");
  expect(minutesLeft("2026-11-23T14:29:30.000Z", now)).toBe(30);
  expect(minutesLeft("2026-11-23T13:59:00.000Z", now)).toBe(0);
});
