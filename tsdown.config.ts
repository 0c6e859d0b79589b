import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { main: "src/cli/main.ts" },
  format: "esm",
  platform: "node",
  target: "node24",
  // Dependencies go into the bundle: one file read instead of hundreds is most of a fast start.
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
  dts: false,
  minify: true,
  clean: true,
});
