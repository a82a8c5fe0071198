import type { student as english } from "../en/student";
import type { Words } from "../messages";

export const student: Words<typeof english> = {};
