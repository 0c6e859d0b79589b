import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { createMountNamespace } from "../mount-namespace.ts";
import { createChoices } from "../simulation/choices.ts";
import { prepareExperiment } from "./experiment.ts";
import { SIX_TASKS } from "./graph.ts";
import { emptyProject, endOf, queue, type ChaosProject } from "./project.ts";
import { wrongsAtEnd } from "./wrongs.ts";

const SEED = Number(process.env["CHAOS_SEED"] ?? 1);
const TROUBLES = 5;
const UNAVAILABLE = 75;
const PAUSE_MAX_MS = 800;

const FULL = {
  begin: "head -c 3m /dev/zero > .orchestra/ballast 2> /dev/null || true",
  end: "rm .orchestra/ballast",
};
const READ_ONLY = {
  // Agents that go on have files open there until they end.
  begin: "until mount -o remount,ro .orchestra 2> /dev/null; do sleep 0.05; done",
  end: "mount -o remount,rw .orchestra",
};

test.for([
  ["full", FULL],
  ["read-only", READ_ONLY],
] as const)(
  "killed and started again while its disk is %s, the queue ends as usual",
  async ([name, trouble], context) => {
    using mounts = await createMountNamespace(context);
    using experiment = await prepareExperiment(SIX_TASKS);
    using project = emptyProject(mounts.entry);
    await project.shell("mkdir .orchestra && mount -t tmpfs -o size=2m tmpfs .orchestra");
    await queue(project, SIX_TASKS);
    const choices = createChoices(SEED).stream("troubles");

    for (let count = 0; count < TROUBLES; count += 1) {
      const run = project.begin(["run"]);
      await pause(choices.below(PAUSE_MAX_MS));
      // What is written to cannot be made read-only under the writer.
      if (name === "full") await project.shell(trouble.begin);
      if (name === "full" && choices.chance(0.5)) await pause(choices.below(PAUSE_MAX_MS));
      run.kill("SIGKILL");
      await endOf(run);
      await project.shell(trouble.begin);
      await expectTroubleTold(project);
      await project.shell(trouble.end);
    }
    const exitCode = await endOf(project.begin(["run"]));

    // The blackboard is where only the namespace sees it.
    const copy = join(project.scratch, "copy");
    await project.shell(`cp -a .orchestra '${copy}'`);
    const seen = { ...project, blackboard: join(copy, "blackboard.db") };
    expect({ code: exitCode, wrongs: await wrongsAtEnd(seen, experiment.expected) }).toEqual({
      code: 0,
      wrongs: [],
    });
  },
);

/** A run in trouble says so in one line and ends; or, where it could begin, tells and waits for better. */
async function expectTroubleTold(project: ChaosProject): Promise<void> {
  const before = project.said().length;
  const run = project.begin(["run"]);
  const ended = endOf(run);
  const said = (): string => project.said().slice(before);
  while (run.exitCode === null && !/no space/i.test(said())) await pause(20);
  if (run.exitCode === null) run.kill("SIGKILL");
  const exitCode = await ended;
  if (exitCode === undefined) return;
  const lines = said().trim().split("\n").length;
  expect({ exitCode, lines }).toEqual({ exitCode: UNAVAILABLE, lines: 1 });
}
