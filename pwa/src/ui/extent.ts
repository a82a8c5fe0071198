/** How much of a list is on the screen, and how much of it whoever comes back to it had before them. */
export const extent = { now: 0, coming: 0 };
