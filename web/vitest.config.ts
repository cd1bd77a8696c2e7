import { defineConfig } from "vitest/config";

export default defineConfig({ test: { projects: ["{widget,inbox}/vite.config.ts"] } });
