import type { First } from "../en";
import type { Words } from "../messages";
import { account } from "./account";
import { common } from "./common";
import { student } from "./student";

export const words: Words<First> = { ...common, ...account, ...student };
