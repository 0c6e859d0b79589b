import { isOver } from "./archive.ts";
import { isLive } from "./attempt.ts";
import type { ArchiveCommand, Command } from "./commands.ts";
import { accept, refuse, type Decision, type Refusal } from "./decision.ts";
import type { Event } from "./events.ts";
import { dependentsOf, latestAttempt, type State } from "./state.ts";
import type { Task } from "./task.ts";

type Archive = Command & ArchiveCommand;

/** Takes tasks that have ended off the blackboard, so that neither it nor its log grows for ever. */
export function decideArchive(state: State, command: Archive): Decision {
  const leaving = new Map<string, Task>();
  for (const id of command.taskIds) {
    const task = state.tasks.get(id);
    if (!task) return refuse("TASK_NOT_FOUND", `There is no task ${id}.`);
    leaving.set(id, task);
  }
  const events: Event[] = [];
  for (const task of leaving.values()) {
    const staying = dependentsOf(state, task.id).filter(({ id }) => !leaving.has(id));
    const refusal = refusalOf(state, task, staying, command);
    if (refusal) return refusal;
    events.push(...staying.map((dependent) => forgetting(dependent, task.id, command.nowMs)));
  }
  const byRun = Map.groupBy(leaving.values(), (task) => task.runId);
  return accept([...events, ...[...byRun].map(([runId, tasks]) => leave(runId, tasks, command))]);
}

function refusalOf(
  state: State,
  task: Task,
  staying: readonly Task[],
  { endedBeforeMs }: Archive,
): Refusal | undefined {
  const attempt = latestAttempt(state, task);
  if (!isOver(task, endedBeforeMs) || (attempt && isLive(attempt.state))) {
    return refuse("ILLEGAL_TRANSITION", `Task ${task.id} has not ended for long enough.`);
  }
  const [dependent] = staying;
  if (task.state === "complete" || !dependent) return undefined;
  return refuse("ILLEGAL_TRANSITION", `Task ${dependent.id} still depends on ${task.id}.`);
}

function forgetting(dependent: Task, dependencyId: string, atMs: number): Event {
  const { id: taskId, runId } = dependent;
  return { type: "dependency_archived", runId, atMs, taskId, dependencyId };
}

function leave(runId: string, tasks: readonly Task[], { nowMs: atMs }: Archive): Event {
  return { type: "tasks_archived", runId, atMs, taskIds: tasks.map(({ id }) => id) };
}
