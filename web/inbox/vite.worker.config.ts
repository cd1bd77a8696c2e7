/// The inbox's service worker: one classic script with a fixed name, beside the page that registers it.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: folder("worker"),
  build: {
    outDir: folder("../dist/inbox"),
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: folder("worker/entry.ts"), formats: ["iife"], name: "chatref", fileName: () => "push-worker.js" },
  },
});
