// Bundles the contract for a page: `vite build --config tests/storage/vite.config.mjs --outDir <folder>` in pwa/.

export default {
  root: import.meta.dirname,
  logLevel: "warn",
  build: {
    target: "es2022",
    minify: false,
    emptyOutDir: true,
    lib: { entry: "page.ts", formats: ["iife"], name: "page", fileName: () => "page.js" },
  },
};
