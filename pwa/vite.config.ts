import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { serviceWorker } from "./build/service-worker";
import { version } from "./package.json";

// Also the smallest that several screens share: a file of their own would cost more than they weigh.
const EVERYWHERE =
  /src\/(ui\/(?!Tabs|rebase|typing)|app\/(again|capture|theme)\b|i18n\/messages\b|features\/(classes\/(code|OnlineOnly)|inbox\/clock)\b)/;

export default defineConfig({
  plugins: [svelte(), serviceWorker()],
  define: { __APP__: JSON.stringify(version) },
  build: {
    target: "es2022",
    // Inlined assets would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    // The polyfill is an inline script, which the policy forbids; every supported browser preloads modules.
    modulePreload: { polyfill: false },
    sourcemap: false,
    // One file of 8 kB (gz) costs a phone less than forty small ones, and no screen appears half styled.
    cssCodeSplit: false,
    // tests/client/test_budgets.py reads which file needs which.
    manifest: true,
    // Small parts that every screen shares compress far better together: 10 kB (gz) less in all.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "kit", test: EVERYWHERE }] } } },
  },
  server: {
    proxy: { "/api": "http://127.0.0.1:8000" },
  },
});
