import type { Command } from "./commands.ts";
import { accept, refuse, type Decision, type Refusal } from "./decision.ts";
import type { Event, TaskDefinition } from "./events.ts";
import { findCycle } from "./graph.ts";
import { isValidId, quoted } from "./names.ts";
import { STANDING_RUN } from "./run.ts";
import type { State } from "./state.ts";

type AddTasks = Command & { type: "add_tasks" };

/** Adds tasks all together or not at all; those with nothing to wait for are ready at once. */
export function decideTask(state: State, command: AddTasks): Decision {
  const refusal = refusalOfRun(state, command) ?? refusalOfTasks(state, command.tasks);
  if (refusal) return refusal;

  const events: Event[] = [];
  if (!state.runs.has(command.runId)) {
    events.push({
      type: "run_created",
      runId: command.runId,
      atMs: command.nowMs,
      objective: "Tasks started by hand",
    });
  }
  return accept([
    ...events,
    ...command.tasks.flatMap((definition) => additionEvents(state, command, definition)),
  ]);
}

/** The task is there, and ready at once if nothing keeps it waiting. */
export function additionEvents(
  state: State,
  { runId, nowMs }: { readonly runId: string; readonly nowMs: number },
  given: TaskDefinition,
): Event[] {
  const definition = { ...given, dependsOn: [...new Set(given.dependsOn)] };
  const pendingDependencies = definition.dependsOn.filter(
    (id) => state.tasks.get(id)?.state !== "complete",
  ).length;
  const common = { runId, atMs: nowMs, taskId: definition.id };
  const added: Event = { type: "task_added", ...common, definition, pendingDependencies };
  return pendingDependencies === 0 ? [added, { type: "task_readied", ...common }] : [added];
}

function refusalOfRun(state: State, command: AddTasks): Refusal | undefined {
  // The standing run exists from its first task on, so that nothing has to be set up.
  if (state.runs.has(command.runId) || command.runId === STANDING_RUN) return undefined;
  return refuse("RUN_NOT_FOUND", `There is no run ${command.runId}; create it first.`);
}

/** Why these tasks cannot be added, if they cannot. */
export function refusalOfTasks(
  state: State,
  tasks: readonly TaskDefinition[],
): Refusal | undefined {
  const added = new Set<string>();
  for (const task of tasks) {
    if (!isValidId(task.id)) {
      return refuse(
        "INVALID_ID",
        `${quoted(task.id)} is no task id: use up to 64 lower-case letters, digits, hyphens.`,
      );
    }
    if (added.has(task.id) || state.tasks.has(task.id)) {
      return refuse("DUPLICATE_ID", `Task ${task.id} exists already; choose another id.`);
    }
    added.add(task.id);
  }
  return refusalOfDependencies(state, tasks, added);
}

function refusalOfDependencies(
  state: State,
  tasks: readonly TaskDefinition[],
  added: ReadonlySet<string>,
): Refusal | undefined {
  for (const task of tasks) {
    for (const id of task.dependsOn) {
      const dependency = state.tasks.get(id);
      if (!added.has(id) && dependency === undefined) {
        return refuse("DEPENDENCY_NOT_FOUND", `There is no task ${id} for ${task.id} to wait for.`);
      }
      if (dependency?.state === "abandoned" || dependency?.state === "cancelled") {
        return refuse(
          "ILLEGAL_TRANSITION",
          `Task ${id} is ${dependency.state}, so ${task.id} would wait for ever; retry ${id} first.`,
        );
      }
    }
  }
  // Tasks that exist depend on none of these, so a cycle can only be among the new ones.
  const cycle = findCycle(new Map(tasks.map((task) => [task.id, task.dependsOn])));
  return (
    cycle && refuse("DEPENDENCY_CYCLE", `These tasks wait for each other: ${cycle.join(" → ")}.`)
  );
}
