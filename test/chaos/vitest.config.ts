import { defineConfig } from "vitest/config";
import { startingWith } from "../starting-with.ts";

export default defineConfig({
  test: {
    include: ["test/chaos/*.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // The rounds keep two cores busy; the other files wait for half of their time, beside them.
    maxWorkers: 2,
    maxConcurrency: 2,
    sequence: { sequencer: startingWith("rounds") },
  },
});
