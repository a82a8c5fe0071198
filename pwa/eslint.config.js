import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const uiOnly = "Data never imports screens (docs/architecture.md).";
const dataOnly = "Screens never touch IndexedDB or fetch: ask src/data/.";

export default ts.config(
  { ignores: ["dist/", "node_modules/", ".vite/", "src/**/*.gen.ts"] },
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: {
        project: ["./tsconfig.json", "./tsconfig.sw.json", "./tsconfig.node.json"],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: [".svelte"],
      },
    },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "no-warning-comments": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      // The type checker sees types of components only through svelte-check.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "svelte/no-at-html-tags": "error",
    },
  },
  {
    files: ["src/data/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["**/features/**", "**/ui/**", "**/app/**", "svelte", "svelte/*"], message: uiOnly },
          ],
        },
      ],
    },
  },
  {
    files: ["src/features/**", "src/ui/**"],
    rules: {
      "no-restricted-globals": [
        "error",
        { name: "fetch", message: dataOnly },
        { name: "indexedDB", message: dataOnly },
      ],
    },
  },
  { files: ["*.config.js"], ...ts.configs.disableTypeChecked },
);
