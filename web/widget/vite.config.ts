/// The card: loaded by the loader when it is first needed, from an address that changes with its content.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: folder("."),
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: folder("../dist/assets"),
    emptyOutDir: true,
    manifest: "widget.json",
    target: "es2022",
    modulePreload: false,
    rolldownOptions: {
      input: { "widget-app": folder("app/main.tsx") },
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "[name]-[hash].js" },
    },
  },
  test: { name: "widget", environment: "jsdom", include: ["**/*.test.{ts,tsx}"] },
});
