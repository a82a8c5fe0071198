// Whoever opens something from a long list comes back to where they were in it.
import { extent } from "../ui/extent";

/** What was pressed, how far below the top of the screen it stood, and how many rows had been asked for. */
interface Place {
  href: string;
  top: number;
  rows: number;
}

/** Rows are mounted a little at a time; a place that has not come by then is gone. */
const PATIENCE_MS = 5_000;
/** Rows find their true heights while they come into view: so many paints without a change are the end. */
const STILL = 5;

const left = new Map<string, Place>();
let wanted: Place | undefined;
let pressed = false;

function here(): string {
  return location.hash || "#/";
}

function want(place: Place | undefined): void {
  wanted = place;
  extent.coming = place?.rows ?? 0;
}

function press(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>('a[href^="#/"]');
  if (!link || event.ctrlKey || event.metaKey) return;
  const back = link.hasAttribute("data-back");
  pressed = true;
  // Any other link asks for a screen anew.
  want(back ? left.get(link.hash) : undefined);
  if (!back && link.closest("main"))
    left.set(here(), { href: link.hash, top: link.getBoundingClientRect().top, rows: extent.now });
}

/** The browser's own "back" comes without a press of ours. */
function popped(): void {
  if (!pressed) want(left.get(here()));
  pressed = false;
}

/** Notes from now on where somebody was when they left a screen by a link; gives the way back. */
export function watch(): typeof comeBack {
  addEventListener("click", press, true);
  addEventListener("popstate", popped);
  return comeBack;
}

/** Once a screen is there: goes to where its reader was, unless they move by themselves. Whether there is such a place. */
function comeBack(main: HTMLElement): boolean {
  const place = wanted;
  want(undefined);
  if (!place) return false;
  const over = new AbortController();
  const end = performance.now() + PATIENCE_MS;
  let still = 0;
  const go = () => {
    if (over.signal.aborted) return;
    const link = main.querySelector<HTMLElement>(`a[href="${CSS.escape(place.href)}"]`);
    if (link) {
      const off = link.getBoundingClientRect().top - place.top;
      still = Math.abs(off) < 1 ? still + 1 : 0;
      link.focus({ preventScroll: true });
      scrollBy(0, off);
    }
    if (still < STILL && performance.now() < end) requestAnimationFrame(go);
    else over.abort();
  };
  for (const name of ["wheel", "touchstart", "keydown", "hashchange"])
    addEventListener(name, () => over.abort(), { signal: over.signal });
  requestAnimationFrame(go);
  return true;
}
