/// The agents' inbox, served at /inbox/.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: folder("."),
  base: "/inbox/",
  plugins: [react()],
  build: { outDir: folder("../dist/inbox"), emptyOutDir: true, target: "es2022" },
  // The session's cookie is for one origin, so in development the API comes through the same one.
  server: { proxy: { "/api": process.env.CHATREF_PUBLIC_URL ?? "http://127.0.0.1:8080" } },
  test: { name: "inbox", environment: "jsdom", include: ["{src,worker}/**/*.test.{ts,tsx}"] },
});
