import { expect, it } from "vitest";
import { account as english } from "../../i18n/en/account";
import { coordinator as englishLeads } from "../../i18n/en/coordinator";
import { teacher as englishStaff } from "../../i18n/en/teacher";
import { account as spanish } from "../../i18n/es/account";
import { coordinator as spanishLeads } from "../../i18n/es/coordinator";
import { teacher as spanishStaff } from "../../i18n/es/teacher";

const languages = [
  { signin: english.signin, classes: englishStaff.classes, list: englishLeads.list },
  { signin: spanish.signin, classes: spanishStaff.classes, list: spanishLeads.list },
];

it("tells students to look for the very words that their sign-in shows", () => {
  for (const { signin, classes, list } of languages) {
    expect(classes.joinHow).toContain(signin.joinLink);
    expect(classes.codeHow).toContain(signin.codeLink);
    expect(list.slipHow("school.example")).toContain(signin.codeLink);
  }
});
