import { expect, it } from "vitest";
import type { View } from "../../data";
import { saidIn } from "./portrait";

function work(interests: { key: string; text: string }[]): View<"artifact"> {
  return { fields: { interests, tags: [] } } as unknown as View<"artifact">;
}

it("names each interest once, the newest first, and never how often", () => {
  const newest = work([{ key: "plumbing", text: "Plumbing" }]);
  const older = work([
    { key: "bread", text: "Bread" },
    { key: "plumbing", text: "plumbing" },
  ]);
  expect(saidIn([newest, older], "interests")).toEqual([
    { key: "plumbing", text: "Plumbing" },
    { key: "bread", text: "Bread" },
  ]);
  expect(saidIn([newest], "tags")).toEqual([]);
});
