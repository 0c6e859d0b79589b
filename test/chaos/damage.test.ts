import { existsSync, globSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { createChoices } from "../simulation/choices.ts";
import { prepareExperiment } from "./experiment.ts";
import type { GraphTask } from "./graph.ts";
import { copyOf, endOf, type ChaosProject } from "./project.ts";
import { strike } from "./strike.ts";
import { wrongsAtEnd } from "./wrongs.ts";

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
  expect(await end(project)).toEqual(AS_USUAL);
});

test("worktrees that are deleted with all that git knew of them cost a try, too", async () => {
  using project = copyOf(experiment.template);
  await runUntilTold(project, "commit a01-1");
  rmSync(join(project.scratch, "orchestra"), { recursive: true });
  project.git("worktree", "prune");
  expect(await end(project)).toEqual(AS_USUAL);
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
    expect(await end(project)).toEqual(AS_USUAL);
  },
);

/** Kills all there is as soon as an agent has told this, and `isReady`. */
async function runUntilTold(
  project: ChaosProject,
  line: string,
  isReady = (): boolean => true,
): Promise<void> {
  const run = project.begin(["run"]);
  const log = join(project.scratch, "home/agents.log");
  const isTold = (): boolean => existsSync(log) && readFileSync(log, "utf8").includes(line);
  while (!isTold() || !isReady()) await pause(5);
  strike(project, run.pid ?? 0, "everything", createChoices(0).stream("none"));
  await endOf(run);
}

type End = { readonly exitCode: number | undefined; readonly wrongs: readonly string[] };

const AS_USUAL: End = { exitCode: 0, wrongs: [] };

/** Works the queue to its end. */
async function end(project: ChaosProject): Promise<End & { readonly said?: string }> {
  const exitCode = await endOf(project.begin(["run"]));
  const wrongs = await wrongsAtEnd(project, experiment.expected);
  return wrongs.length > 0 ? { exitCode, wrongs, said: project.said() } : { exitCode, wrongs };
}
