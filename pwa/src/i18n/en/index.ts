import { account } from "./account";
import { common } from "./common";
import { coordinator } from "./coordinator";
import { showcase } from "./showcase";
import { student } from "./student";
import { teacher } from "./teacher";

/** Each feature file may hold several groups; a group is what a screen reads, such as `t.home`. */
export const words = { ...common, ...account, ...student, ...teacher, ...coordinator, ...showcase };
export type Everything = typeof words;
