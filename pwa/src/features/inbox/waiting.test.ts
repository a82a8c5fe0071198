import { describe, expect, it } from "vitest";
import { waited, waitedInWords } from "./waiting";

const now = Date.parse("2026-11-23T12:00:00.000Z");

describe("waiting time", () => {
  it("is told in the largest whole unit", () => {
    expect(waited("2026-11-23T11:59:30.000Z", now)).toEqual({ amount: 0, unit: "minute" });
    expect(waited("2026-11-23T10:59:00.000Z", now)).toEqual({ amount: 1, unit: "hour" });
    expect(waited("2026-11-20T11:00:00.000Z", now)).toEqual({ amount: 3, unit: "day" });
    expect(waited("2026-11-09T12:00:00.000Z", now)).toEqual({ amount: 2, unit: "week" });
    expect(waited("2026-06-23T12:00:00.000Z", now)).toEqual({ amount: 5, unit: "month" });
  });

  it("of work from a device whose clock is ahead counts as now", () => {
    expect(waited("2026-11-24T12:00:00.000Z", now)).toEqual({ amount: 0, unit: "minute" });
  });

  it("is said in plain words of the reader's language", () => {
    expect(waitedInWords("2026-11-22T11:00:00.000Z", now, "en")).toBe("1 day");
    expect(waitedInWords("2026-11-20T11:00:00.000Z", now, "es")).toBe("3 días");
    expect(waitedInWords("2026-11-23T11:59:30.000Z", now, "en")).toBeUndefined();
  });
});
