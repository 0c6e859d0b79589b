import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/agents/**/*.test.ts"],
    // Real agents start slowly, and CI has two cores.
    testTimeout: 120_000,
    hookTimeout: 360_000,
    // They wait for each other more than for the machine.
    maxWorkers: 3,
  },
});
