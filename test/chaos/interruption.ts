import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createChoices } from "../simulation/choices.ts";
import type { Experiment } from "./experiment.ts";
import { endOf, type ChaosProject } from "./project.ts";
import { strike } from "./strike.ts";
import { wrongsAtEnd } from "./wrongs.ts";

/** Kills all there is as soon as an agent has told this, and `isReady`. */
export async function runUntilTold(
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

export const AS_USUAL: End = { exitCode: 0, wrongs: [] };

/** Works the queue to its end; tells what the run said when that is not as it must be. */
export async function workToEnd(
  project: ChaosProject,
  { expected }: Experiment,
): Promise<End & { readonly said?: string }> {
  const exitCode = await endOf(project.begin(["run"]));
  const wrongs = await wrongsAtEnd(project, expected);
  return wrongs.length > 0 ? { exitCode, wrongs, said: project.said() } : { exitCode, wrongs };
}
