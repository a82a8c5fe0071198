import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  // Dexie's default build is for browsers without async functions and 1.8 kB (gz) larger.
  resolve: { alias: [{ find: /^dexie$/, replacement: "dexie/dist/modern/dexie.mjs" }] },
  build: {
    target: "es2022",
    // Inlined assets would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    // The polyfill is an inline script, which the policy forbids; every supported browser preloads modules.
    modulePreload: { polyfill: false },
    sourcemap: false,
    // tests/client/test_budgets.py reads which file needs which.
    manifest: true,
  },
  server: {
    proxy: { "/api": "http://127.0.0.1:8000" },
  },
});
