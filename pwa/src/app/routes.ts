import type { Component } from "svelte";
import type { RouteDefinition } from "svelte-spa-router";
import wrap from "svelte-spa-router/wrap";
import type { Role } from "../data";
import { speakFully } from "../i18n";
import RouteProblem from "./RouteProblem.svelte";
import { openRoutes, routes } from "./table";

/** Every file called ...Screen.svelte is a screen, and a chunk of its own. */
const files = import.meta.glob<{ default: Component }>("../features/*/*Screen.svelte");

async function load(name: string): Promise<{ default: Component }> {
  try {
    // The first screens speak with the words that are there; all others may use any.
    if (!/^(home|signin)\//.test(name)) await speakFully();
    const screen = await files[`../features/${name}Screen.svelte`]?.();
    if (screen) return screen;
  } catch {
    // A chunk can be missing when the network is gone and the app was never whole on this device.
  }
  return { default: RouteProblem };
}

/** Begins to fetch the screen that most people see first. */
export function prepareFirst(hash: string): void {
  if (/^(#\/?)?$/.test(hash)) void load("home/Home");
}

/** Fetches in a quiet moment what adding work needs, for a network that may be gone when it is wanted. */
export function prepareCapture(): void {
  const fetchAll = () => void Promise.allSettled([load("artifact/Artifact"), captureSheet()]);
  if ("requestIdleCallback" in globalThis) requestIdleCallback(fetchAll);
  else setTimeout(fetchAll, 2000);
}

export function captureSheet(): Promise<{ default: Component } | undefined> {
  return import("../features/capture/CaptureSheet.svelte").catch(() => undefined);
}

/** The table for the router: lazily loaded, and only what this role may open. */
export function tableFor(role: Role | undefined): RouteDefinition {
  const all = Object.entries(role ? routes : openRoutes).filter(
    ([, route]) => !route.who || (role !== undefined && route.who.includes(role)),
  );
  return Object.fromEntries([
    ...all.map(([path, route]) => [path, wrap({ asyncComponent: () => load(route.screen) })]),
    ...(role ? [["*", wrap({ asyncComponent: () => import("./NotFound.svelte") })]] : []),
  ]) as RouteDefinition;
}
