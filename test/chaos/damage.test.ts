import { globSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { prepareExperiment } from "./experiment.ts";
import type { GraphTask } from "./graph.ts";
import { AS_USUAL, runUntilTold, workToEnd } from "./interruption.ts";
import { copyOf } from "./project.ts";

const TASKS: readonly GraphTask[] = [
  { id: "a01", kind: "slow" },
  { id: "a02", kind: "flaky" },
  { id: "a03", kind: "slow", after: ["a02"] },
];

const experiment = await prepareExperiment(TASKS);
afterAll(() => experiment[Symbol.dispose]());

test("a worktree that is deleted costs a try, and nothing that was committed", async () => {
  using project = copyOf(experiment.template);
  await runUntilTold(project, "commit a01-1");
  for (const folder of globSync(`${project.scratch}/orchestra/worktrees/*/a01`)) {
    rmSync(folder, { recursive: true });
  }
  expect(await workToEnd(project, experiment)).toEqual(AS_USUAL);
});

test("worktrees that are deleted with all that git knew of them cost a try, too", async () => {
  using project = copyOf(experiment.template);
  await runUntilTold(project, "commit a01-1");
  rmSync(join(project.scratch, "orchestra"), { recursive: true });
  project.git("worktree", "prune");
  expect(await workToEnd(project, experiment)).toEqual(AS_USUAL);
});

const FILES = [
  ".orchestra/config.json",
  ".orchestra/.gitignore",
  ".orchestra/attempts/*/prompt.md",
  ".orchestra/attempts/*/identity",
  ".orchestra/attempts/*/exit",
  ".orchestra/attempts/*/stdout",
  ".git/worktrees/*/orchestra.json",
  ".git/worktrees/*/index",
  "../orchestra/worktrees/*/*/.git",
];

test.concurrent.for(FILES)(
  "of %s only half was written when the machine went down",
  async (file) => {
    using project = copyOf(experiment.template);
    const path = join(project.root, file);
    await runUntilTold(project, "commit a02-1", () => globSync(path).length > 0);
    const found = globSync(path);
    for (const one of found) truncateSync(one, Math.floor(statSync(one).size / 2));
    expect(await workToEnd(project, experiment)).toEqual(AS_USUAL);
  },
);
