import { mount } from "svelte";
import { accounts, api } from "../data";
import { preferred, speak } from "../i18n";
import "../styles/index.css";
import App from "./App.svelte";
import { session } from "./session.svelte";
import { start } from "./start";

session.accounts = accounts;
session.api = api;
await speak(preferred(undefined, navigator.languages));
session.enter(await accounts.current());
const target = document.getElementById("app");
if (target) mount(App, { target });
void start();
