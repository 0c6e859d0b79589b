import { endTimedOut, pauseAttempt, stopAttempt } from "../../src/cluster/node/run-node.ts";
import type { Command } from "../../src/core/commands.ts";
import type { State } from "../../src/core/state.ts";
import { attemptId, isLive } from "../../src/core/attempt.ts";
import { hasEnded, type Task } from "../../src/core/task.ts";
import { tidyWorkspaces } from "../../src/engine/tidy-workspaces.ts";
import { execute } from "../../src/store/execute.ts";
import { ageMs, timeLimitOf } from "./check-limits.ts";
import type { Stream } from "./choices.ts";
import { portsOf, startProgram } from "./programs.ts";
import { taskOf } from "./scenario.ts";
import { isGone } from "./scheduler.ts";
import { countFault, goesWrong, turn, type Program, type World } from "./world.ts";

const TASKS_MAX = 12;
const LITTLE_MS = 1_000;
const UNMERGEABLE = /Merging .* failed/;

/** A person types a command, whatever the moment. */
export function someoneDecides(world: World, stream: Stream): void {
  const command = decisionOf(world, stream);
  if (!command) return;
  type(world, command);
  if (command.type !== "cancel_task" || !stream.chance(0.4)) return;
  const { taskId, nowMs } = command;
  type(world, { type: "retry_task", nowMs, taskId, note: "After all." }, stream.below(3_000));
}

/** Cancels what is being worked, this task or any, and wants it back. */
export function someoneChangesTheirMind(world: World, meant?: string): void {
  const { stream } = world.trouble;
  const live = [...world.state.attempts.values()].filter(
    (attempt) => isLive(attempt.state) && !attempt.isStopping,
  );
  const isMeant = live.some((attempt) => attempt.taskId === meant);
  const taskId = isMeant ? meant : live[stream.below(Math.max(1, live.length))]?.taskId;
  if (taskId === undefined) return;
  world.regretted.add(taskId);
  const dependents = stream.chance(0.5) ? "abandon" : "wait";
  type(world, { type: "cancel_task", nowMs: world.scheduler.nowMs(), taskId, dependents });
}

/** What was cancelled has stopped: now it can be had back. Returns whether anybody wants that. */
export function someoneRegrets(world: World, taskId: string): boolean {
  if (world.trouble.isOver || !world.regretted.delete(taskId)) return false;
  const { stream } = world.trouble;
  const nowMs = world.scheduler.nowMs();
  const delayMs = stream.chance(0.3) ? stream.below(3_000) : stream.below(200);
  type(world, { type: "retry_task", nowMs, taskId, note: "After all." }, delayMs);
  return true;
}

/** Says something to whoever works a task, or lets nobody work it for a while. */
export function someoneSteers(world: World): void {
  const { stream } = world.trouble;
  const tasks = [...world.state.tasks.values()].filter(({ state }) => !hasEnded(state));
  const active = tasks.filter(({ state }) => state === "active");
  const meant = active.length > 0 && stream.chance(0.8) ? active : tasks;
  const task = meant[stream.below(Math.max(1, meant.length))];
  if (!task) return;
  const { id: taskId, pausedAtMs } = task;
  const nowMs = world.scheduler.nowMs();
  const isPause = stream.chance(0.4);
  if (pausedAtMs !== undefined && stream.chance(0.5)) {
    type(world, { type: "resume_task", nowMs, taskId });
  } else if (isPause) {
    type(world, { type: "pause_task", nowMs, taskId });
    const delayMs = stream.below(5_000);
    if (stream.chance(0.6)) type(world, { type: "resume_task", nowMs, taskId }, delayMs);
  } else {
    const text = `Message ${world.typed} of a person.`;
    type(world, { type: "send_message", nowMs, taskId, text, interrupts: stream.chance(0.6) });
  }
}

/** Has more to say just when the work of a task is being proven. */
export function someoneHasMoreToSay(world: World): void {
  const proven = [...world.state.tasks.values()].filter(({ state }) => state === "awaiting_qa");
  const taskId = proven[world.trouble.stream.below(Math.max(1, proven.length))]?.id;
  if (taskId === undefined) return;
  const text = `Message ${world.typed} of a person.`;
  const nowMs = world.scheduler.nowMs();
  type(world, { type: "send_message", nowMs, taskId, text, interrupts: false });
}

/** Gives a task more time, or has the time of what is at work be up. */
export function someoneTimes(world: World): void {
  const { stream } = world.trouble;
  const tasks = [...world.state.tasks.values()].filter(({ state }) => !hasEnded(state));
  // Whose time is up first is on top of the list that they look at.
  const atWork = tasks.filter((task) => leftMs(world, task) !== undefined);
  const first = atWork.toSorted((a, b) => (leftMs(world, a) ?? 0) - (leftMs(world, b) ?? 0))[0];
  const task = stream.chance(0.3) ? tasks[stream.below(Math.max(1, tasks.length))] : first;
  if (!task) return;
  const { id: taskId } = task;
  const nowMs = world.scheduler.nowMs();
  if (stream.chance(0.6)) return type(world, { type: "time_out_now", nowMs, taskId });
  const byMs = 1_000 + stream.below(20_000);
  type(world, { type: "extend_timeout", nowMs, taskId, byMs });
}

/** Somebody looks at the agent of a task that has little time left, and gives it more. */
export function someoneIsPatient(world: World, taskId: string): void {
  const { stream } = world.trouble;
  const task = world.state.tasks.get(taskId);
  const left = task && leftMs(world, task);
  if (left === undefined || left <= 0 || left > LITTLE_MS || !goesWrong(world, 0.4)) return;
  const nowMs = world.scheduler.nowMs();
  const byMs = 1_000 + stream.below(20_000);
  type(world, { type: "extend_timeout", nowMs, taskId, byMs }, stream.below(left));
}

/** What its agent has left of its time; `undefined` when none is at work. */
function leftMs(world: World, task: Task): number | undefined {
  const life = world.agents.get(attemptId(task.id, task.attemptCount));
  if (!life || isGone(life.agent.owner)) return undefined;
  return timeLimitOf(world.time, task, life.attemptId) - ageMs(world, life);
}

/** One more, while there is room for it. */
export function someoneAdds(world: World): void {
  if (world.state.tasks.size >= TASKS_MAX) return;
  const task = taskOf(world.trouble.stream, world.state.tasks.size);
  const nowMs = world.scheduler.nowMs();
  type(world, { type: "add_tasks", nowMs, runId: "queue", tasks: [task] });
}

/** When all trouble is over, somebody answers whatever was asked, and gives up what nobody can do. */
export function someoneAnswers(world: World): void {
  const offered = world.scenario.nodes.flatMap(({ agents }) => agents);
  for (const { id, state, agent } of world.state.tasks.values()) {
    if (state !== "ready" || offered.includes(agent)) continue;
    const nowMs = world.scheduler.nowMs();
    type(world, { type: "cancel_task", nowMs, taskId: id, dependents: "abandon" });
  }
  for (const { id, state, waitReason } of world.state.tasks.values()) {
    if (state !== "awaiting_qa" || !UNMERGEABLE.test(waitReason ?? "")) continue;
    const nowMs = world.scheduler.nowMs();
    type(world, { type: "cancel_task", nowMs, taskId: id, dependents: "abandon" });
  }
  for (const { id: taskId, pausedAtMs } of world.state.tasks.values()) {
    if (pausedAtMs === undefined) continue;
    type(world, { type: "resume_task", nowMs: world.scheduler.nowMs(), taskId });
  }
  for (const interrupt of world.state.interrupts.values()) {
    if (interrupt.closedAtMs !== undefined) continue;
    const nowMs = world.scheduler.nowMs();
    type(world, { type: "retry_task", nowMs, taskId: interrupt.taskId, note: "Again." });
  }
}

function type(world: World, command: Command, delayMs = 0): void {
  const [machine] = world.machines;
  if (!machine) return;
  world.typed += 1;
  if (!world.trouble.isOver) countFault(world, "decision of a person");
  const main = async (program: Program): Promise<void> => {
    const outcome = await execute(portsOf(world, program).store, command);
    world.note(`  ${program.name} ${command.type}: ${outcome.kind}`);
    if (outcome.kind !== "committed") return;
    switch (command.type) {
      case "cancel_task":
        await endWhatRuns(world, program, command.taskId, stopAttempt);
        return tidyWorkspaces(portsOf(world, program));
      case "pause_task":
        return endWhatRuns(world, program, command.taskId, pauseAttempt);
      case "time_out_now":
        return endWhatRuns(world, program, command.taskId, endTimedOut);
      default:
        return undefined;
    }
  };
  startProgram(world, machine, `command ${world.typed}`, main, delayMs);
}

/** Where no dispatcher runs to do it, the command ends the processes itself. */
async function endWhatRuns(
  world: World,
  program: Program,
  taskId: string,
  endAttempt: typeof stopAttempt,
): Promise<void> {
  const ports = portsOf(world, program);
  // A command has to load what it needs for that.
  if (goesWrong(world, 0.3)) await turn(world, program, "loads", world.trouble.stream.below(5_000));
  const attempts = await ports.store.attemptsOf(taskId);
  const live = attempts.filter(({ state, nodeId }) => isLive(state) && nodeId === ports.nodeId);
  if (live.length === 0) return;
  const lease = await ports.store.dispatcherLease();
  const isWorked = lease && lease.expiresAtMs !== 0;
  if (isWorked && (await ports.processes.isAlive(lease.holder)) !== "dead") return;
  for (const { id } of live) {
    const attempt = (await ports.store.attemptsOf(taskId)).find((one) => one.id === id);
    if (attempt) await endAttempt(ports, attempt);
  }
}

function decisionOf(world: World, stream: Stream): Command | undefined {
  const { state, scheduler } = world;
  const nowMs = scheduler.nowMs();
  const tasks = [...state.tasks.values()];
  const pick = (fits: (task: Task) => boolean): string | undefined => {
    const fitting = tasks.filter(fits);
    return fitting[stream.below(Math.max(1, fitting.length))]?.id;
  };
  const dependents = stream.chance(0.5) ? "abandon" : "wait";
  switch (stream.below(6)) {
    case 0:
    case 1: {
      const taskId = pick((task) => task.state === "waiting_human");
      return taskId === undefined
        ? undefined
        : { type: "retry_task", nowMs, taskId, note: undefined };
    }
    case 2: {
      const taskId = pick((task) => !hasEnded(task.state));
      return taskId === undefined ? undefined : { type: "cancel_task", nowMs, taskId, dependents };
    }
    case 3: {
      const taskId = pick((task) => task.state === "cancelled" || task.state === "abandoned");
      return taskId === undefined
        ? undefined
        : { type: "retry_task", nowMs, taskId, note: "After all." };
    }
    case 4:
      return replacement(state, stream, nowMs);
    default: {
      const task = taskOf(stream, tasks.length);
      return { type: "add_tasks", nowMs, runId: "queue", tasks: [task] };
    }
  }
}

function replacement(state: State, stream: Stream, nowMs: number): Command | undefined {
  const waiting = [...state.tasks.values()].find((task) => task.state === "waiting_human");
  if (!waiting) return undefined;
  if (stream.chance(0.5)) {
    return { type: "abandon_task", nowMs, taskId: waiting.id, dependents: "wait" };
  }
  const task = { ...taskOf(stream, state.tasks.size), dependsOn: [] };
  return { type: "replace_task", nowMs, taskId: waiting.id, task };
}
