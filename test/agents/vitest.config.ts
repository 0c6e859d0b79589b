import { defineConfig } from "vitest/config";
import { startingWith } from "../starting-with.ts";

export default defineConfig({
  test: {
    include: ["test/agents/**/*.test.ts"],
    // Real agents start slowly, and more so on two cores that others use, too.
    testTimeout: 360_000,
    hookTimeout: 360_000,
    // They wait for each other more than for the machine.
    maxWorkers: 3,
    sequence: { sequencer: startingWith("run/opencode", "claude", "acp") },
  },
});
