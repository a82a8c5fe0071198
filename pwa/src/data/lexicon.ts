// What helps with tagging, loaded together.

import type { Core } from "./core";
import { Frameworks } from "./frameworks";
import type { Queries } from "./queries";
import { Suggestions } from "./suggestions";

export function lexicon(core: Core, queries: Queries): { frameworks: Frameworks; suggestions: Suggestions } {
  const frameworks = new Frameworks(core, queries);
  return { frameworks, suggestions: new Suggestions(queries, frameworks) };
}
