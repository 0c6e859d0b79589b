import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/*.test.ts", "test/simulation/*.test.ts"],
    // Ten times what the longest takes: machines that others use, too, are slow at times.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // Most tests wait for processes, disks and servers more than they compute.
    maxWorkers: 3,
    // A process for each of two hundred files would take a sixth of the time.
    isolate: false,
  },
});
