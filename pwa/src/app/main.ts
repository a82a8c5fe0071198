import { mount } from "svelte";
import { accounts, api } from "../data";
import { preferred, speak, t } from "../i18n";
import "../styles/index.css";
import App from "./App.svelte";
import { session } from "./session.svelte";
import { start } from "./start";

session.accounts = accounts;
session.api = api;
await speak(preferred(undefined, navigator.languages));
const target = document.getElementById("app");
try {
  session.enter(await accounts.current());
  if (target) mount(App, { target });
} catch {
  // A browser that lets nothing be stored (private mode, a blocked site): say so instead of an empty page.
  if (target) target.textContent = t.common.problem.storage;
}
void start();
