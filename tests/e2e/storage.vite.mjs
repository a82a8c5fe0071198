// Bundles the contract of storage for a page: `vite build --config <this> --outDir <folder>` in pwa/.

import { join } from "node:path";

export default {
  root: join(import.meta.dirname, "../../pwa/tests/storage"),
  logLevel: "warn",
  build: {
    target: "es2022",
    minify: false,
    emptyOutDir: true,
    lib: { entry: "page.ts", formats: ["iife"], name: "page", fileName: () => "page.js" },
  },
};
