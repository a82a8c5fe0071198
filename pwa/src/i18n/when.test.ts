import { beforeAll, describe, expect, it } from "vitest";
import { bytes, speak, when } from ".";

const now = new Date("2026-11-23T12:00:00Z").getTime();
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

describe("times in words", () => {
  beforeAll(() => speak("es"));
  it.each([
    [0.2, "este minuto"],
    [5, "hace 5 minutos"],
    [120, "hace 2 horas"],
    [60 * 24, "ayer"],
    [60 * 24 * 4, "hace 4 días"],
    [60 * 24 * 30, "24 oct"],
    [60 * 24 * 400, "19 oct 2025"],
  ])("%d minutes ago is %s", (minutes, words) => expect(when.short(ago(minutes), now)).toBe(words));
  it("never says that something will happen because a clock is wrong", () =>
    expect(when.short(ago(-600), now)).toBe("este minuto"));
  it("writes sizes in the way of the language", () => expect(bytes(3_400_000)).toBe("3,4 MB"));
});
