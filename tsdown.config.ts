import { readFileSync } from "node:fs";
import { defineConfig } from "tsdown";

const { version }: { version: string } = JSON.parse(readFileSync("package.json", "utf8"));

export default defineConfig({
  entry: { main: "src/cli/main.ts" },
  // Node loads CommonJS some 8 ms faster, which is a fifth of what a command takes.
  format: "cjs",
  platform: "node",
  target: "node24",
  // Dependencies go into the bundle: one file read instead of hundreds is most of a fast start.
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
  define: { ORCHESTRA_VERSION: JSON.stringify(version) },
  dts: false,
  minify: true,
  clean: true,
});
