import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  define: { __APP__: JSON.stringify("0.0.0") },
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    environment: "node",
    restoreMocks: true,
    // One file at a time per core is enough on a small machine.
    maxWorkers: 2,
  },
});
