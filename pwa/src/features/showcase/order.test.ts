import { describe, expect, it } from "vitest";
import { afterAt, placeAt, withMoved } from "./order";

const keys = ["intro", "bench", "bread", "thanks"];

describe("moving a part of a showcase", () => {
  it("names the part in front of the new place", () => {
    expect(afterAt(keys, "bread", 0)).toBeNull();
    expect(afterAt(keys, "bread", 1)).toBe("intro");
    expect(afterAt(keys, "intro", 3)).toBe("thanks");
    expect(afterAt(keys, "intro", 99)).toBe("thanks");
  });

  it("keeps every part once, wherever one moves", () => {
    for (const key of keys) {
      for (let place = 0; place < keys.length; place++) {
        const moved = withMoved(keys, key, place);
        expect([...moved].sort()).toEqual([...keys].sort());
        expect(moved.indexOf(key)).toBe(place);
        expect(moved[place - 1] ?? null).toBe(afterAt(keys, key, place));
      }
    }
  });

  it("lands between the two parts whose middles it is dragged between", () => {
    expect(placeAt([50, 150, 250], 10)).toBe(0);
    expect(placeAt([50, 150, 250], 151)).toBe(2);
    expect(placeAt([50, 150, 250], 900)).toBe(3);
  });
});
