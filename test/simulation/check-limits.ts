import { attemptId, type Attempt } from "../../src/core/attempt.ts";
import type { RecordedEvent } from "../../src/core/events.ts";
import type { State } from "../../src/core/state.ts";
import type { Task } from "../../src/core/task.ts";
import type { AgentLife } from "./agent-life.ts";
import { machineClock } from "./machine.ts";
import { violate, type Program, type TimeLimits, type World } from "./world.ts";

/**
 * Looks that whoever knows that an attempt's time is up may still take before it ends the agent: where
 * the record of its start got lost, one to leave it, one to see whether it goes on, and one anew.
 */
const LOOKS_MAX = 3;

type TimeLimitSet = Extract<RecordedEvent, { type: "task_timeout_set" | "attempt_timeout_set" }>;

/** A person has said how long a task's attempts, or this one, may take. */
export function noteTimeLimit(world: World, before: State, event: TimeLimitSet): void {
  const { time, agents } = world;
  const task = before.tasks.get(event.taskId);
  const life = task && agents.get(attemptId(task.id, task.attemptCount));
  if (life && ageMs(world, life) >= timeLimitOf(time, task, life.attemptId)) {
    time.passed.add(life.attemptId);
  }
  const id = event.type === "task_timeout_set" ? event.taskId : event.attemptId;
  time.limits.set(id, event.timeoutMs);
  // Whoever knew that its time was up has it to learn again.
  if (event.timeoutMs !== 0) for (const { looksLeft } of world.programs) looksLeft.delete(id);
}

/** How long an attempt of the task may take, by what people have said. */
export function timeLimitOf({ limits }: TimeLimits, { id, limits: own }: Task, ofAttempt: string) {
  return limits.get(ofAttempt) ?? limits.get(id) ?? own.timeoutMs;
}

/** A limit is one of the agent's own time: neither our sleep nor a clock that was set passes it. */
export function checkLimit(
  world: World,
  task: Task,
  { id }: Attempt,
  failureClass: "timeout" | "stall",
): void {
  const { agents, scheduler, time } = world;
  const life = agents.get(id);
  if (!life) return violate(world, `${id} has passed a limit, and never began.`);
  if (failureClass === "timeout") {
    const isLate = time.passed.has(id) || ageMs(world, life) >= timeLimitOf(time, task, id);
    if (!isLate) violate(world, `${id} is said to have passed its time limit, and has not.`);
    return;
  }
  const { awakeMs } = machineClock(life.machine, scheduler);
  const { stallMs } = task.limits;
  // It may have said something since it was told to end.
  const silenceMs = Math.max(life.silenceMs, awakeMs() - life.lastOutputAwakeMs);
  const isSilent = stallMs > 0 && silenceMs >= stallMs;
  if (!isSilent) violate(world, `${id} is said to be silent, and is not.`);
}

/** A node has read which of its attempts are to be ended as timed out. */
export function learnTimedOut({ looksLeft }: Program, attempts: readonly Attempt[]): void {
  for (const { id, timeoutMs } of attempts) {
    if (timeoutMs !== 0) looksLeft.delete(id);
    else if (!looksLeft.has(id)) looksLeft.set(id, LOOKS_MAX);
  }
}

/** Whoever knows that the time of an attempt is up ends its agent, as soon as it looks at it. */
export function checkTimedOut(world: World, { name, looksLeft }: Program, id: string): void {
  const left = looksLeft.get(id);
  const life = world.agents.get(id);
  const isStillUp = world.state.attempts.get(id)?.timeoutMs === 0;
  // One that has done its work, and waits for more, ends by itself.
  if (left === undefined || !isStillUp || life?.isSignalled || life?.isTurnOver) return;
  looksLeft.set(id, left - 1);
  if (left === 0) violate(world, `The time of ${id} is up, and ${name} lets it go on.`);
}

/** How long it has been at work while its machine was awake. */
export function ageMs({ scheduler }: World, { machine, startedAwakeMs }: AgentLife): number {
  return machineClock(machine, scheduler).awakeMs() - startedAwakeMs;
}
