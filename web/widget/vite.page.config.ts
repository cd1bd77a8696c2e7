/// The page behind a link into one conversation, served at /chat.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: folder("page"),
  base: "/chat/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { outDir: folder("../dist/chat"), emptyOutDir: true, target: "es2022", modulePreload: false },
});
