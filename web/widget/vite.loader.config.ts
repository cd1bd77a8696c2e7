/// The loader: one classic script with a fixed name, so that a site embeds it once. Built after the card, whose name it holds.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "vite";

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig((): UserConfig => {
  const manifest = JSON.parse(readFileSync(folder("../dist/assets/widget.json"), "utf8")) as Record<
    string,
    { file: string; isEntry?: boolean }
  >;
  const app = Object.values(manifest).find((chunk) => chunk.isEntry);
  if (!app) throw new Error("build the card first: its manifest has no entry");
  return {
    root: folder("."),
    define: { __APP_PATH__: JSON.stringify(`/assets/${app.file}`) },
    build: {
      outDir: folder("../dist"),
      emptyOutDir: false,
      target: "es2022",
      lib: { entry: folder("loader/entry.ts"), formats: ["iife"], name: "chatrefLoader", fileName: () => "widget.js" },
    },
  };
});
