const place = "pathfolio-inbox-keys";

/** Letter keys can be switched off on this device (they trouble speech input; WCAG 2.1.4). */
export function keysWanted(): boolean {
  try {
    return localStorage.getItem(place) !== "off";
  } catch {
    return true;
  }
}

export function wantKeys(on: boolean): void {
  try {
    localStorage.setItem(place, on ? "on" : "off");
  } catch {
    // A browser without this storage simply forgets the choice.
  }
}
