import { mount } from "svelte";
import { accounts, api } from "../data";
import { preferred, speak, t } from "../i18n";
import "../styles/index.css";
import App from "./App.svelte";
import { prepareFirst } from "./routes";
import { session } from "./session.svelte";
import { start } from "./start";

session.accounts = accounts;
session.api = api;
const target = document.getElementById("app");
// Words, data and the first screen come side by side; what failed is told once there are words.
const person = accounts.current();
person.catch(() => undefined);
prepareFirst(location.hash);
await speak(preferred(undefined, navigator.languages));
try {
  session.enter(await person);
  if (target) mount(App, { target });
} catch {
  // A browser that lets nothing be stored (private mode, a blocked site): say so instead of an empty page.
  if (target) target.textContent = t.common.problem.storage;
}
void start();
