import { coordinator } from "./coordinator";
import { showcase } from "./showcase";
import { teacher } from "./teacher";

/** What the other screens say; loaded before the first of them. */
export const words = { ...teacher, ...coordinator, ...showcase };
export type Later = typeof words;
