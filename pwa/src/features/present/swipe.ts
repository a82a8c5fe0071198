/** Calls back when a finger or pen moves across the element; taps and vertical scrolling are left alone. */
export interface Swipe {
  next(): void;
  previous(): void;
}

const FAR = 48;

/** A Svelte action. In a right-to-left page "next" lies to the left, so the direction follows the text. */
export function swipe(element: HTMLElement, handlers: Swipe): { update(next: Swipe): void; destroy(): void } {
  let current = handlers;
  let start: { x: number; y: number } | undefined;

  function down(event: PointerEvent): void {
    start = event.pointerType === "mouse" ? undefined : { x: event.clientX, y: event.clientY };
  }

  function up(event: PointerEvent): void {
    if (!start) return;
    const across = event.clientX - start.x;
    const along = event.clientY - start.y;
    start = undefined;
    if (Math.abs(across) < FAR || Math.abs(across) < 2 * Math.abs(along)) return;
    const forward = getComputedStyle(element).direction === "rtl" ? across > 0 : across < 0;
    if (forward) current.next();
    else current.previous();
  }

  const forget = (): void => void (start = undefined);
  element.addEventListener("pointerdown", down);
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", forget);
  return {
    update: (next) => void (current = next),
    destroy() {
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointerup", up);
      element.removeEventListener("pointercancel", forget);
    },
  };
}
