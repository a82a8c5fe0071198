import { expect, it } from "vitest";
import { neighbour } from "./walk";

const rows = ["oldest", "middle", "newest"];

it("begins at the row that has waited longest", () => {
  expect(neighbour(rows, null, 1)).toBe("oldest");
  expect(neighbour(rows, "a link elsewhere", 1)).toBe("oldest");
});

it("walks down and up, and stays at both ends", () => {
  expect(neighbour(rows, "oldest", 1)).toBe("middle");
  expect(neighbour(rows, "newest", -1)).toBe("middle");
  expect(neighbour(rows, "newest", 1)).toBeUndefined();
  expect(neighbour(rows, "oldest", -1)).toBeUndefined();
});
