import type { Later } from "../en/later";
import type { Words } from "../messages";
import { coordinator } from "./coordinator";
import { showcase } from "./showcase";
import { teacher } from "./teacher";

export const words: Words<Later> = { ...teacher, ...coordinator, ...showcase };
