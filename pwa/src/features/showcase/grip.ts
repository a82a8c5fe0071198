import { placeAt } from "./order";

export interface Drag {
  /** The place (from 0) where the row would land now. */
  over(place: number): void;
  drop(place: number): void;
  cancel(): void;
}

const slop = 6;
const edge = 72;
const step = 14;

/**
 * A Svelte action: drags the row around the element by finger, pen or mouse among its brothers. Escape gives up.
 * Arrow keys and the buttons beside do the same without dragging.
 */
export function grip(element: HTMLElement, drag: Drag): { update(next: Drag): void; destroy(): void } {
  let current = drag;
  let start: number | undefined;
  let middles: number[] = [];
  let place: number | undefined;

  /** Middles of the other rows when the drag begins, in the page's own coordinates so that scrolling does no harm. */
  function measure(): number[] {
    const row = element.closest("li");
    const others = [...(row?.parentElement?.children ?? [])].filter((each) => each !== row);
    return others.map((other) => {
      const box = other.getBoundingClientRect();
      return box.top + box.height / 2 + scrollY;
    });
  }

  function down(event: PointerEvent): void {
    if (event.button !== 0) return;
    start = event.clientY + scrollY;
    middles = measure();
    element.setPointerCapture(event.pointerId);
    addEventListener("keydown", escape, true);
  }

  function move(event: PointerEvent): void {
    if (start === undefined) return;
    const y = event.clientY + scrollY;
    if (place === undefined && Math.abs(y - start) < slop) return;
    place = placeAt(middles, y);
    current.over(place);
    if (event.clientY < edge) scrollBy(0, -step);
    else if (event.clientY > innerHeight - edge) scrollBy(0, step);
  }

  function end(dropped: boolean): void {
    const landed = place;
    start = place = undefined;
    removeEventListener("keydown", escape, true);
    if (landed === undefined) return;
    if (dropped) current.drop(landed);
    else current.cancel();
  }

  function escape(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end(false);
  }

  const up = (): void => end(true);
  const lost = (): void => end(false);
  element.addEventListener("pointerdown", down);
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", lost);
  return {
    update: (next) => void (current = next),
    destroy() {
      end(false);
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", up);
      element.removeEventListener("pointercancel", lost);
    },
  };
}
