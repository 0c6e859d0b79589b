import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readIdentity } from "../../src/agents/process/identity.ts";
import { signalProcess, type ProcessFacts } from "../../src/agents/process/process-facts.ts";
import type { Stream } from "../simulation/choices.ts";
import type { ChaosProject } from "./project.ts";

/** What is killed. */
export const TARGETS = [
  /** `orchestra run`: dispatcher, node and merge queue, which are one process on one machine. */
  "dispatcher",
  /** The small process by which the node starts agents and checks. */
  "spawner",
  /** A git command of the node's or the merge queue's. */
  "git",
  /** A process that an agent or a check consists of; its wrapper goes on. */
  "agent",
  /** The wrapper of an agent or a check, which goes on without it. */
  "wrapper",
  /** All that an agent or a check consists of, so that nobody sees its end. */
  "group",
  /** All of the above at once, as when a container is stopped hard. */
  "everything",
] as const;

export type Target = (typeof TARGETS)[number];

/** Kills what `target` names; `false` when there was no such thing at this moment. */
export function strike(
  project: ChaosProject,
  runPid: number,
  target: Target,
  choices: Stream,
): boolean {
  const cast = castOf(project.processes(), runPid);
  switch (target) {
    case "dispatcher":
      return killOne([runPid], choices);
    case "spawner":
      return killOne(pidsOf(cast.spawners), choices);
    case "git":
      return killOne(pidsOf(cast.gits), choices);
    case "agent":
      return killOne(pidsOf(cast.workers.filter((one) => one.pid !== one.group)), choices);
    case "wrapper":
      return killOne(pidsOf(cast.workers.filter((one) => one.pid === one.group)), choices);
    case "group":
      return killOne([...new Set(cast.workers.map(({ group }) => -group))], choices);
    case "everything":
      return killAll(project, cast);
  }
}

/** Agents that run, by the attempt they work on. */
export function runningAgents(project: ChaosProject): ReadonlyMap<string, number> {
  const attempts = join(project.root, ".orchestra/attempts");
  const alive = new Set(pidsOf(project.processes()));
  const found = readdirSync(attempts).flatMap((name): [string, number][] => {
    const pid = readIdentity(join(attempts, name))?.pid;
    return pid !== undefined && alive.has(pid) ? [[name, pid]] : [];
  });
  return new Map(found);
}

type Cast = {
  readonly run: readonly ProcessFacts[];
  readonly spawners: readonly ProcessFacts[];
  readonly gits: readonly ProcessFacts[];
  /** Agents, checks, their wrappers, and what they have started. */
  readonly workers: readonly ProcessFacts[];
};

/** Everybody here leads a group, or is in that of who started it; while being forked, in the run's. */
function castOf(processes: readonly ProcessFacts[], runPid: number): Cast {
  const others = processes.filter(({ pid, group }) => pid !== runPid && group !== runPid);
  const groupsLedBy = (...names: readonly string[]): ReadonlySet<number> => {
    const leaders = others.filter((one) => one.pid === one.group && names.includes(nameOf(one)));
    return new Set(pidsOf(leaders));
  };
  const nodes = groupsLedBy("node", "MainThread");
  const gits = groupsLedBy("git");
  return {
    run: processes.filter(({ pid }) => pid === runPid),
    spawners: others.filter(({ group }) => nodes.has(group)),
    gits: others.filter(({ group }) => gits.has(group)),
    workers: others.filter(({ group }) => !nodes.has(group) && !gits.has(group)),
  };
}

function nameOf({ pid }: ProcessFacts): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    // It ended between two questions.
    return "";
  }
}

function pidsOf(processes: readonly ProcessFacts[]): number[] {
  return processes.map(({ pid }) => pid);
}

function killOne(pids: readonly number[], choices: Stream): boolean {
  const [first, ...others] = pids;
  if (first === undefined) return false;
  signalProcess(choices.pick([first, ...others]), "SIGKILL");
  return true;
}

/** Until nobody is left: whoever is just now starting another has a child that nobody saw. */
function killAll(project: ChaosProject, { run, spawners, gits, workers }: Cast): boolean {
  let left: readonly ProcessFacts[] = [...run, ...spawners, ...gits, ...workers];
  while (left.length > 0) {
    for (const { pid } of left) signalProcess(pid, "SIGKILL");
    left = project.processes();
  }
  return run.length > 0;
}
