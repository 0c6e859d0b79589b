import { randomUUID } from "node:crypto";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { Entry } from "../agents/real-project.ts";
import { createChoices } from "../simulation/choices.ts";
import { prepareExperiment } from "./experiment.ts";
import { createExt4Disk } from "./ext4-disk.ts";
import { SIX_TASKS } from "./graph.ts";
import { openReader } from "./outcome.ts";
import { emptyProject, endOf, queue, type ChaosProject, type Kept } from "./project.ts";
import { strike } from "./strike.ts";
import { wrongsAtEnd } from "./wrongs.ts";

const FIRST_SEED = Number(process.env["CHAOS_SEED"] ?? 1);
const ROUNDS = Number(process.env["POWER_ROUNDS"] ?? 4);
const seeds = Array.from({ length: ROUNDS }, (_, index) => FIRST_SEED + index);
const CUTS = 2;
const PAUSE_MAX_MS = 2_500;
/** A database server's promises are its own. */
const STORES: readonly Kept[] = ["blackboard.db", "files"];

const experiment = await prepareExperiment(SIX_TASKS);

test.for(seeds)(
  "when the power is cut as seed %i has it, all that was done is there",
  async (seed, context) => {
    using disk = createExt4Disk(context);
    const bootId = `${disk.folder}.boot-id`;
    const entry: Entry = (_cwd, command) => [...BOOTED, bootId, ...command];
    const boot = (): void => writeFileSync(bootId, `${randomUUID()}\n`);
    boot();
    vi.stubEnv("TMPDIR", disk.folder);
    using project = emptyProject(entry, STORES[seed % STORES.length]);
    vi.unstubAllEnvs();
    await queue(project, SIX_TASKS);
    // What agents tell is known whatever becomes of the disk.
    const told = `${disk.folder}.agents.log`;
    symlinkSync(told, join(project.scratch, "home/agents.log"));
    disk.flush();
    const choices = createChoices(seed).stream("power");

    for (let cut = 0; cut < CUTS; cut += 1) {
      const run = project.begin(["run"]);
      await pause(choices.below(PAUSE_MAX_MS));
      strike(project, run.pid ?? 0, "everything", choices);
      await endOf(run);
      disk.cutPower();
      boot();
    }
    const exitCode = await endOf(project.begin(["run"]));
    await forgetLastMoments(project, told);
    const all = await wrongsAtEnd(project, experiment.expected);
    // Worktrees that were kept before are not taken.
    const wrongs = all.filter((wrong) => !/\.warm.* is not clean/.test(wrong));
    if (wrongs.length > 0) wrongs.push(project.said());
    expect({ exitCode, wrongs }).toEqual({ exitCode: experiment.exitCode, wrongs: [] });
  },
);

/** What agents at work had written, or committed in this moment, is gone with the power. */
async function forgetLastMoments(project: ChaosProject, told: string): Promise<void> {
  await using store = openReader(project);
  const attempts = await store.attemptsOf(...SIX_TASKS.map(({ id }) => id));
  const lost = new Set(attempts.filter(({ state }) => state === "lost").map(({ id }) => id));
  const lines = readFileSync(told, "utf8").split("\n");
  // That an agent was started may not have come to the disk, either: then it was started anew.
  const lastStart = new Map(lines.map((line, index) => [line.split(" ", 2).join(" "), index]));
  const kept = lines.filter((line, index) => {
    const [verb = "", attempt = ""] = line.split(" ");
    const isOfBefore = index < (lastStart.get(`start ${attempt}`) ?? 0);
    return !["note", "start"].includes(verb) && !lost.has(attempt) && !isOfBefore;
  });
  writeFileSync(told, kept.join("\n"));
}

/** Another start of the machine has another name. */
const BOOTED = [
  "unshare",
  "--mount",
  "sh",
  "-c",
  'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"',
];
