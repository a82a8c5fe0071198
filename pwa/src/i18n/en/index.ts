import { account } from "./account";
import { common } from "./common";
import { student } from "./student";

/** What the first screens say. Each file may hold several groups; a group is what a screen reads, such as `t.home`. */
export const words = { ...common, ...account, ...student };
export type First = typeof words;
