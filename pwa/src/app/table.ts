import type { Role } from "../data";
import type { IconName } from "../ui/icons";

/** Which screen an address shows, and who may open it (all who are signed in, unless told). */
interface Route {
  screen: string;
  who?: readonly Role[];
}

const staff = ["teacher", "coordinator"] as const;
const leads = ["coordinator"] as const;

/** For signed-in people; paths as in svelte-spa-router. */
export const routes: Readonly<Record<string, Route>> = {
  "/": { screen: "home/Home" },
  "/new": { screen: "home/Home" },
  "/a/:id": { screen: "artifact/Artifact" },
  "/a/:id/history": { screen: "history/History" },
  "/safe": { screen: "safe/Safe" },
  "/trash": { screen: "trash/Trash" },
  "/search": { screen: "search/Search" },
  "/settings": { screen: "settings/Settings" },
  "/showcases": { screen: "showcase/Showcases" },
  "/showcase/:id": { screen: "showcase/Showcase" },
  "/present/:id": { screen: "present/Present" },
  "/inbox": { screen: "inbox/Inbox", who: staff },
  "/classes": { screen: "classes/Classes", who: staff },
  "/class/:id": { screen: "classes/Class", who: staff },
  "/student/:id": { screen: "student/Student", who: staff },
  "/server": { screen: "people/Server", who: leads },
  "/people": { screen: "people/People", who: leads },
  "/person/:id": { screen: "people/Person", who: leads },
  "/manage/classes": { screen: "people/ManageClasses", who: leads },
  "/manage/class/:id": { screen: "people/ManageClass", who: leads },
};

/** For people who are not signed in. Any other address shows the sign-in and is opened after it. */
export const openRoutes: Readonly<Record<string, Route>> = {
  "/join": { screen: "signin/Join" },
  "/code": { screen: "signin/Code" },
  "*": { screen: "signin/SignIn" },
};

/** The first screen of each role; students see their own work. */
export function firstScreen(role: Role): string {
  return role === "teacher" ? "/inbox" : role === "coordinator" ? "/people" : "/";
}

export interface NavItem {
  href: string;
  icon: IconName;
  key: "home" | "search" | "showcases" | "inbox" | "classes" | "people" | "manage" | "settings";
}

const items: Record<NavItem["key"], NavItem> = {
  home: { href: "/", icon: "home", key: "home" },
  search: { href: "/search", icon: "search", key: "search" },
  showcases: { href: "/showcases", icon: "showcase", key: "showcases" },
  inbox: { href: "/inbox", icon: "inbox", key: "inbox" },
  classes: { href: "/classes", icon: "classes", key: "classes" },
  people: { href: "/people", icon: "people", key: "people" },
  manage: { href: "/manage/classes", icon: "classes", key: "manage" },
  settings: { href: "/settings", icon: "settings", key: "settings" },
};

/** At most four places beside the capture button, so that each keeps its 44 px on a 320 px screen. */
export function navigation(role: Role): NavItem[] {
  switch (role) {
    case "student":
      return [items.home, items.search, items.showcases, items.settings];
    case "teacher":
      return [items.inbox, items.classes, items.search, items.settings];
    case "coordinator":
      return [items.people, items.manage, items.settings];
  }
}

/** Is this place the one (or a part of the one) that is open? */
export function isHere(item: NavItem, location: string): boolean {
  const below: Partial<Record<NavItem["key"], RegExp>> = {
    home: /^\/$|^\/(new|a)\b/,
    showcases: /^\/(showcases?|present)\b/,
    classes: /^\/(classes|class|student)\b/,
    people: /^\/(people|person)\b/,
    manage: /^\/manage\b/,
    settings: /^\/(settings|trash|safe|server)\b/,
  };
  return below[item.key]?.test(location) ?? location === item.href;
}
