import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { crashAt, crashPointsOf, effectsOf, sampleOf } from "./crash-point.ts";
import { outcomeOf } from "./outcome.ts";
import { createChaosProject, endOf, type ChaosProject } from "./project.ts";
import { wrongsAtEnd } from "./wrongs.ts";

const POINTS = Number(process.env["CHAOS_POINTS"] ?? 8);
const SEED = Number(process.env["CHAOS_SEED"] ?? 1);

const START = ["start", "commit\n", "--id", "a01", "--title", "a01"];
const DONE = 0;
const MISUSE = 2;

test("a start that is killed has queued its task or has not, and can be said again", async () => {
  using undisturbed = await createChaosProject([]);
  const effects = await effectsOf(undisturbed, START);
  await undisturbed.orchestra("run");
  const expected = await outcomeOf(undisturbed);

  for (const point of sampleOf(crashPointsOf(effects), POINTS, SEED)) {
    using project = await createChaosProject([]);
    const hit = await crashAt(project, START, point);
    expect(hit).toBeDefined();
    const isQueued = (await project.orchestra("show", "a01")).exitCode === DONE;
    const again = await project.orchestra(...START);
    expect({ hit, code: again.exitCode }).toEqual({ hit, code: isQueued ? MISUSE : DONE });
    expect((await project.orchestra("run")).exitCode).toBe(DONE);
    expect({ hit, wrongs: await wrongsAtEnd(project, expected) }).toEqual({ hit, wrongs: [] });
  }
});

test("a cancel that is killed is finished by the next run, or can be said again", async () => {
  using undisturbed = await projectWithOrphan();
  const effects = await effectsOf(undisturbed, ["cancel", "a01"]);
  const expected = await outcomeOf(undisturbed);
  expect(expected.states).toEqual({ a01: "cancelled" });
  expect(await wrongsAtEnd(undisturbed, expected)).toEqual([]);

  for (const point of sampleOf(crashPointsOf(effects), POINTS, SEED)) {
    using project = await projectWithOrphan();
    const hit = await crashAt(project, ["cancel", "a01"], point);
    expect(hit).toBeDefined();
    const { states } = await outcomeOf(project);
    if (states["a01"] === "active") await project.orchestra("cancel", "a01");
    expect((await project.orchestra("run")).exitCode).toBe(DONE);
    expect({ hit, wrongs: await wrongsAtEnd(project, expected) }).toEqual({ hit, wrongs: [] });
  }
});

/** An agent is at work, and who started it is dead. */
async function projectWithOrphan(): Promise<ChaosProject> {
  const project = await createChaosProject([{ id: "a01", kind: "endless" }]);
  const run = project.begin(["run"]);
  const log = join(project.scratch, "home/agents.log");
  while (!existsSync(log) || !readFileSync(log, "utf8").includes("note")) await pause(10);
  run.kill("SIGKILL");
  await endOf(run);
  return project;
}
