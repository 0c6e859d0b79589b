import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { ProcessFacts } from "../../src/agents/process/process-facts.ts";
import { evolveAll } from "../../src/core/evolve.ts";
import { EMPTY_STATE } from "../../src/core/state.ts";
import { wrongsOf, wrongsOfWay } from "../../src/core/testing/invariants.ts";
import { openReader, outcomeOf, ROWS_MAX, type Outcome } from "./outcome.ts";
import type { ChaosProject } from "./project.ts";
import { wrongsOfRepository } from "./wrongs-of-repository.ts";

/** What is not as it must be when the queue was worked to its end, in words. */
export async function wrongsAtEnd(project: ChaosProject, expected: Outcome): Promise<string[]> {
  return [
    ...(await wrongsOfOutcome(project, expected)),
    ...(await wrongsOfBlackboard(project)),
    ...(await wrongsOfRepository(project)),
    ...wrongsOfMachine(project),
  ];
}

async function wrongsOfOutcome(project: ChaosProject, expected: Outcome): Promise<string[]> {
  const outcome = await outcomeOf(project);
  const ids = Object.keys(expected.states);
  const states = ids.filter((id) => outcome.states[id] !== expected.states[id]);
  return [
    ...states.map((id) => `${id} is ${outcome.states[id]}, and not ${expected.states[id]}.`),
    ...(outcome.tree === expected.tree ? [] : ["The target branch holds other files."]),
    ...(isDeepStrictEqual(outcome.unmerged, expected.unmerged) ? [] : ["Unmerged work differs."]),
  ];
}

/** The log follows the rules, the projection follows the log, and each task was accepted once. */
async function wrongsOfBlackboard(project: ChaosProject): Promise<string[]> {
  await using store = openReader(project);
  const tasks = await store.tasks({ limit: ROWS_MAX });
  const runs = [...new Set(tasks.map(({ runId }) => runId))];
  const wrongs: string[] = [];
  for (const runId of runs) {
    const events = await store.events(runId, 0, ROWS_MAX);
    if (events.some(({ seq }, index) => seq !== index + 1)) {
      wrongs.push(`The events of ${runId} are not numbered without gaps.`);
    }
    wrongs.push(...wrongsOfWay(EMPTY_STATE, events));
    const state = evolveAll(EMPTY_STATE, events);
    wrongs.push(...wrongsOf(state));
    for (const task of tasks.filter((one) => one.runId === runId)) {
      const attempts = await store.attemptsOf(task.id);
      const told = [...state.attempts.values()].filter((one) => one.taskId === task.id);
      const derived = [state.tasks.get(task.id), ...told];
      if (!isDeepStrictEqual(plain([task, ...attempts]), plain(derived)))
        wrongs.push(`${task.id} is not what its events add up to.`);

      const accepted = attempts.filter((attempt) => attempt.state === "succeeded").length;
      const due = task.state === "complete" ? 1 : 0;
      if (accepted !== due) wrongs.push(`${task.id} was accepted ${accepted} times.`);
    }
  }
  return wrongs;
}

/** What is not known is left out by one, and undefined to the other. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function wrongsOfMachine(project: ChaosProject): string[] {
  const alive = project
    .processes()
    .map((one) => `Alive: ${commandLine(one)} ${JSON.stringify(one)}`);
  const left = readdirSync(`${project.scratch}/tmp`);
  return [...alive, ...left.map((name) => `${name} was left among the temporary files.`)];
}

function commandLine({ pid }: ProcessFacts): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "(ended since)";
  }
}
