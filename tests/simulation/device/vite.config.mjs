// Bundles the device process for Node: `./build` (from anywhere).

export default {
  root: import.meta.dirname,
  logLevel: "warn",
  build: {
    ssr: "main.ts",
    outDir: "../../../.cache/device",
    emptyOutDir: true,
    target: "node22",
    minify: false,
    // Loading a part from the disk would take its own time.
    rolldownOptions: { output: { codeSplitting: false } },
  },
  ssr: { noExternal: true },
};
