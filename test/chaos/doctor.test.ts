import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { crashAt, crashPointsOf, effectsOf, sampleOf, type CrashPoint } from "./crash-point.ts";
import { prepareExperiment } from "./experiment.ts";
import type { GraphTask } from "./graph.ts";
import { AS_USUAL, runUntilTold, workToEnd } from "./interruption.ts";
import { copyOf, type ChaosProject } from "./project.ts";

const POINTS = Number(process.env["CHAOS_POINTS"] ?? 8);
const SEED = Number(process.env["CHAOS_SEED"] ?? 1);

const TASKS: readonly GraphTask[] = [
  { id: "a01", kind: "slow" },
  { id: "a02", kind: "flaky" },
  { id: "a03", kind: "shared" },
  { id: "a04", kind: "shared", after: ["a02"] },
];

const experiment = await prepareExperiment(TASKS);
afterAll(() => experiment[Symbol.dispose]());

const FIX = ["doctor", "--fix"];

/** By hand, in the tables of a queue that was killed at work. */
const DAMAGES = [
  "update tasks set state = 'complete', parked_until = null",
  "update tasks set data = 'scribble'",
  "delete from attempts",
  "delete from dependencies; delete from attempts; delete from tasks",
  "update attempts set is_live = 0, state = 'failed', data = replace(data, 'running', 'failed')",
  "update runs set next_seq = 2",
];

test.concurrent.for(DAMAGES)("rows are made anew after: %s", async (statements) => {
  using project = copyOf(experiment.template);
  await runUntilTold(project, "commit a02-1");
  const database = new DatabaseSync(project.blackboard);
  database.exec(`pragma foreign_keys = off; ${statements}`);
  database.close();

  const { exitCode, stdout } = await project.orchestra("doctor");
  expect({ exitCode, stdout }).toEqual({
    exitCode: 3,
    stdout: expect.stringMatching(/✗ projection .* of its rows/),
  });
  const fixed = await project.orchestra(...FIX);
  expect(fixed).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await workToEnd(project, experiment)).toEqual(AS_USUAL);
});

test.concurrent.for(sampleOf(experiment.crashPoints, POINTS, SEED))(
  "after a run was killed $when effect $number, what doctor puts right costs no work",
  async (point) => {
    using project = copyOf(experiment.template);
    const at = await crashAt(project, ["run"], point);
    const { exitCode, stderr } = await project.orchestra(...FIX);
    expect({ at, exitCode, stderr }).toEqual({ at, exitCode: 0, stderr: "" });
    expect({ at, ...(await workToEnd(project, experiment)) }).toEqual({ at, ...AS_USUAL });
  },
);

test("a doctor that is killed has done some of it, and is asked again", async () => {
  const points = await crashPointsOfFix();
  expect(points.length).toBeGreaterThan(10);
  for (const point of sampleOf(points, POINTS / 2, SEED)) {
    using project = await projectToFix();
    const at = await crashAt(project, FIX, point);
    expect(await project.orchestra(...FIX)).toMatchObject({ exitCode: 0, stderr: "" });
    expect({ at, found: (await project.orchestra("doctor")).stdout }).toEqual({
      at,
      found: expect.stringContaining("✓ leftovers"),
    });
    expect({ at, ...(await workToEnd(project, experiment)) }).toEqual({ at, ...AS_USUAL });
  }
});

async function crashPointsOfFix(): Promise<readonly CrashPoint[]> {
  using project = await projectToFix();
  return crashPointsOf(await effectsOf(project, FIX));
}

/** Killed at work, with rows that are wrong and a worktree that nobody needs any more. */
async function projectToFix(): Promise<ChaosProject> {
  const project = copyOf(experiment.template);
  await project.orchestra("start", "endless\n", "--id", "gone");
  await runUntilTold(project, "note gone-1");
  await project.orchestra("cancel", "gone");
  const [root = ""] = globSync(join(project.scratch, "orchestra/worktrees/*"));
  project.git("worktree", "add", "--quiet", "-b", "orchestra/gone-endless/1", join(root, "gone"));
  const database = new DatabaseSync(project.blackboard);
  database.exec("pragma foreign_keys = off; delete from attempts");
  database.close();
  return project;
}
