import { expect, it } from "vitest";
import { daysLeft } from "./days";

const at = "2026-11-01T12:00:00.000Z";
const later = (days: number) => new Date(at).getTime() + days * 86_400_000;

it("begins with thirty days", () => expect(daysLeft(at, later(0))).toBe(30));
it("counts a day that has begun as still there", () => expect(daysLeft(at, later(29.5))).toBe(1));
it("never goes below zero", () => expect(daysLeft(at, later(45))).toBe(0));
