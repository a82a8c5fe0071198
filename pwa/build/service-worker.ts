// Makes dist/sw.js after the client is built, and the list of all its files with their hashes.

import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import { build, type Plugin } from "vite";

const LEFT_OUT = /^(\.vite\/|sw\.js$|.*\.map$)/;

async function hashes(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = posix.relative(folder, join(entry.parentPath, entry.name));
    if (LEFT_OUT.test(path)) continue;
    files[`/${path}`] = createHash("sha256")
      .update(await readFile(join(folder, path)))
      .digest("base64");
  }
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Only for the build: while developing there is no service worker. */
export function serviceWorker(): Plugin {
  let out = "";
  let root = "";
  return {
    name: "pathfolio-service-worker",
    apply: "build",
    configResolved(config) {
      root = config.root;
      out = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      sequential: true,
      order: "post",
      async handler() {
        const list = JSON.stringify(await hashes(out));
        const version = createHash("sha256").update(list).digest("hex").slice(0, 16);
        const shell = {
          version,
          list: `/assets/shell-${version}.json`,
          hash: createHash("sha256").update(list).digest("base64"),
        };
        await writeFile(join(out, shell.list), list);
        await build({
          configFile: false,
          root,
          logLevel: "warn",
          publicDir: false,
          define: { SHELL: JSON.stringify(shell) },
          build: {
            outDir: out,
            emptyOutDir: false,
            target: "es2022",
            lib: {
              entry: join(root, "src/sw/main.ts"),
              formats: ["iife"],
              name: "sw",
              fileName: () => "sw.js",
            },
          },
        });
      },
    },
  };
}
