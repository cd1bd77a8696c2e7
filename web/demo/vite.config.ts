/// The demo shop's page, served at /demo.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: folder("."),
  base: "/demo/",
  build: { outDir: folder("../dist/demo"), emptyOutDir: true },
});
