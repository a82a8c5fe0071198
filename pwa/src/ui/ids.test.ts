import { expect, it, vi } from "vitest";
import { newKey } from "./ids";

it("makes keys of 26 letters that the server takes", () => {
  for (let i = 0; i < 200; i++) expect(newKey()).toMatch(/^[a-z2-7]{26}$/);
});

it("writes the bits in the order of RFC 4648", () => {
  vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => {
    new Uint8Array(array.buffer).set([0x66, 0x6f, 0x6f, 0x62, 0x61, 0x72], 0);
    return array;
  });
  // "foobar" is mzxw6ytboi in the RFC's test vectors; zero bytes follow.
  expect(newKey()).toBe("mzxw6ytboiaaaaaaaaaaaaaaaa");
});
