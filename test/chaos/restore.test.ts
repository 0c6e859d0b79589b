import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { createChoices } from "../simulation/choices.ts";
import { prepareExperiment } from "./experiment.ts";
import { SIX_TASKS } from "./graph.ts";
import { AS_USUAL, workToEnd } from "./interruption.ts";
import { copyOf, emptyProject, endOf, type ChaosProject } from "./project.ts";
import { strike } from "./strike.ts";
import { wrongsAtEnd } from "./wrongs.ts";

const FIRST_SEED = Number(process.env["CHAOS_SEED"] ?? 1);
const seeds = Array.from({ length: 4 }, (_, index) => FIRST_SEED + index);
const PAUSE_MAX_MS = 2_500;

const experiment = await prepareExperiment(SIX_TASKS);
afterAll(() => experiment[Symbol.dispose]());

test.concurrent.for(seeds)(
  "put back to what it was at a moment that seed %i chooses, the queue ends as usual",
  async (seed) => {
    using project = copyOf(experiment.template);
    const choices = createChoices(seed).stream("restore");
    const run = project.begin(["run"]);
    await pause(400 + choices.below(PAUSE_MAX_MS));
    const copy = copyBlackboard(project);
    await pause(choices.below(PAUSE_MAX_MS));
    strike(project, run.pid ?? 0, "everything", choices);
    await endOf(run);
    for (const part of ["", "-wal", "-shm"]) rmSync(project.blackboard + part, { force: true });
    copyFileSync(copy, project.blackboard);

    expect(await workToEnd(project, experiment)).toEqual(AS_USUAL);
  },
);

test.concurrent.for(seeds)(
  "backed up at a moment that seed %i chooses and restored elsewhere, the queue ends as usual",
  async (seed) => {
    using project = copyOf(experiment.template);
    using elsewhere = emptyProject();
    const choices = createChoices(seed).stream("elsewhere");
    const run = project.begin(["run"]);
    await pause(400 + choices.below(PAUSE_MAX_MS));
    const backup = join(elsewhere.scratch, "backup.db");
    expect(await project.orchestra("backup", backup)).toMatchObject({ exitCode: 0, stderr: "" });
    await pause(choices.below(PAUSE_MAX_MS));
    strike(project, run.pid ?? 0, "everything", choices);
    await endOf(run);
    takeOver(elsewhere, project);

    expect(await elsewhere.orchestra("import", backup)).toMatchObject({ exitCode: 0 });
    const { stdout } = await elsewhere.orchestra("doctor");
    expect(stdout).not.toContain("projection");
    const exitCode = await endOf(elsewhere.begin(["run"]));
    // Of tasks that had ended, and whose worktrees are lost, branches may be left.
    await elsewhere.orchestra("doctor", "--fix");
    const wrongs = await wrongsAtEnd(elsewhere, experiment.expected);
    expect({ code: exitCode, wrongs, said: wrongs.length > 0 && elsewhere.said() }).toEqual({
      code: 0,
      wrongs: [],
      said: false,
    });
  },
);

/** All that git has, and nothing else: the machine of the one is lost. */
function takeOver(elsewhere: ChaosProject, lost: ChaosProject): void {
  const refs = ["heads", "orchestra"].map((kind) => `+refs/${kind}/*:refs/${kind}/*`);
  elsewhere.git("fetch", "--quiet", "--update-head-ok", lost.root, ...refs);
  elsewhere.git("reset", "--quiet", "--hard", "main");
  rmSync(lost.scratch, { recursive: true });
}

/** A copy that is whole, taken while others write. */
function copyBlackboard(project: ChaosProject): string {
  const copy = join(project.scratch, "copy.db");
  const database = new DatabaseSync(project.blackboard, { readOnly: true });
  database.prepare("vacuum into ?").run(copy);
  database.close();
  return copy;
}
