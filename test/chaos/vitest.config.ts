import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/chaos/*.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Each trial keeps more than a core busy by itself.
    fileParallelism: false,
    maxConcurrency: 2,
  },
});
