import type { Everything } from "../en";
import type { Words } from "../messages";
import { account } from "./account";
import { common } from "./common";
import { coordinator } from "./coordinator";
import { showcase } from "./showcase";
import { student } from "./student";
import { teacher } from "./teacher";

export const words: Words<Everything> = {
  ...common,
  ...account,
  ...student,
  ...teacher,
  ...coordinator,
  ...showcase,
};
