import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { firstScreen, isHere, navigation, openRoutes, routes } from "./table";

const roles = ["student", "teacher", "coordinator"] as const;

describe("the table of screens", () => {
  it.each(Object.entries({ ...routes, ...openRoutes }))("%s has a file", (_path, { screen }) => {
    expect(existsSync(new URL(`../features/${screen}Screen.svelte`, import.meta.url))).toBe(true);
  });

  it.each(roles)("a %s finds the first screen in the navigation and may open it", (role) => {
    const first = firstScreen(role);
    expect(navigation(role).map(({ href }) => href)).toContain(first);
    expect(routes[first]?.who ?? [role]).toContain(role);
  });

  it.each(roles)("a %s has at most four places, each with a screen that this role may open", (role) => {
    const places = navigation(role);
    expect(places.length).toBeLessThanOrEqual(4);
    for (const { href } of places) expect(routes[href]?.who ?? [role], href).toContain(role);
  });

  it("shows every screen of a role as part of exactly one place or none", () => {
    for (const path of Object.keys(routes))
      for (const role of roles) {
        const here = navigation(role).filter((item) => isHere(item, path.replace(":id", "x")));
        expect(here.length, `${path} for ${role}`).toBeLessThanOrEqual(1);
      }
  });
});
