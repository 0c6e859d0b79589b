import type { Attempt } from "../../core/attempt.ts";
import type { Task } from "../../core/task.ts";
import type { Hint } from "../bus.ts";
import { createWake } from "../wake.ts";
import { NEVER, type NodeDeps } from "./deps.ts";
import type { Assignment, AttemptSignals } from "./watch-attempt.ts";
import { workAttempt, type Said } from "./work-attempt.ts";

/** A node looks at the blackboard at least this often, also when every hint is lost. */
const LOOK_EVERY_MS = 2_000;

/** What can concern a node; the rest is for those that it works with. */
const HEARD: readonly Hint["kind"][] = ["assigned", "changed"];

const PAUSED = "It was paused.";
/** A reason of our own costs nothing; without one, each is an error with its stack. */
const STOPPED = "It was stopped.";

type Work = {
  readonly taskId: string;
  readonly done: Promise<void>;
  readonly stop: AbortController;
  /** As the last look found it: it may change while the attempt is worked. */
  timeoutMs: number | undefined;
  readonly halt: AbortController;
  readonly said: Said;
};

type Hands = {
  readonly working: Map<string, Work>;
  /** What came to its end since the last look began, which that look may still have seen live. */
  readonly ended: Set<string>;
};

/**
 * Works this node's attempts until `signal` aborts: those newly assigned, and those it held before,
 * whose processes went on without it. When `signal` aborts, agents are left running.
 */
export async function runNode(deps: NodeDeps, signal: AbortSignal): Promise<void> {
  const hands: Hands = { working: new Map(), ended: new Set() };
  const wake = createWake(deps.bus, deps.clock, ({ kind }) => HEARD.includes(kind));
  while (!signal.aborted) {
    try {
      await takeAll(deps, hands, signal);
    } catch (error) {
      deps.onProblem("reading this node's attempts", error);
    }
    await wake.wait(LOOK_EVERY_MS, signal);
  }
  wake.close();
  await Promise.all([...hands.working.values()].map(async (work) => work.done));
}

async function takeAll(deps: NodeDeps, hands: Hands, leave: AbortSignal): Promise<void> {
  const { working, ended } = hands;
  ended.clear();
  const live = await deps.store.liveAttempts(deps.nodeId);
  for (const attempt of live) tellOfChange(attempt, working.get(attempt.id));
  breakOffEnded(working, live);
  const called = live.filter(({ id, isCalled }) => isCalled && working.has(id));
  for (const { task, attempt } of await withTasks(deps, called)) {
    const work = working.get(attempt.id);
    if (work) heed(work, task);
  }
  const fresh = live.filter(({ id }) => !working.has(id));
  for (const one of await withTasks(deps, fresh)) {
    if (!ended.has(one.attempt.id)) take(deps, hands, one, leave);
  }
}

/** What another process has ended is proven no further. */
function breakOffEnded(working: Hands["working"], live: readonly Attempt[]): void {
  const ids = new Set(live.map(({ id }) => id));
  for (const [id, { stop }] of working) if (!ids.has(id)) stop.abort(STOPPED);
}

function tellOfChange({ isStopping, timeoutMs }: Attempt, work: Work | undefined): void {
  if (!work) return;
  work.timeoutMs = timeoutMs;
  if (isStopping) work.stop.abort(STOPPED);
}

/** What a person wants of an attempt whose agent may be at work. */
function heed({ said, halt }: Pick<Work, "said" | "halt">, task: Task): void {
  said.messages = task.messages ?? [];
  if (task.pausedAtMs !== undefined) halt.abort(PAUSED);
}

type Found = Pick<Assignment, "task" | "attempt">;

async function withTasks(
  { store }: NodeDeps,
  attempts: readonly Attempt[],
): Promise<readonly Found[]> {
  if (attempts.length === 0) return [];
  const tasks = await store.tasksById(attempts.map(({ taskId }) => taskId));
  return attempts.flatMap((attempt) => {
    const task = tasks.get(attempt.taskId);
    return task ? [{ task, attempt }] : [];
  });
}

function take(deps: NodeDeps, hands: Hands, found: Found, leave: AbortSignal): void {
  const { task, attempt } = found;
  const stop = new AbortController();
  if (attempt.isStopping) stop.abort(STOPPED);
  const timeoutMs = (): number | undefined => {
    const work = hands.working.get(attempt.id);
    return work ? work.timeoutMs : attempt.timeoutMs;
  };
  const wish: Pick<Work, "said" | "halt"> = { said: { messages: [] }, halt: new AbortController() };
  heed(wish, task);
  const signals = { leave, halt: wish.halt.signal, stop: stop.signal };
  const done = workedBefore(hands, task)
    .then(async () => workAttempt(deps, { ...found, timeoutMs }, signals, wish.said))
    .catch((error: unknown) => deps.onProblem(`working attempt ${attempt.id}`, error))
    .finally(() => {
      hands.working.delete(attempt.id);
      hands.ended.add(attempt.id);
    });
  const { timeoutMs: givenMs } = attempt;
  hands.working.set(attempt.id, { taskId: task.id, done, stop, timeoutMs: givenMs, ...wish });
}

/** Resolves when nobody here works an earlier attempt of the task any more: they share a workspace. */
async function workedBefore({ working }: Hands, { id }: Task): Promise<void> {
  const before = [...working.values()].filter(({ taskId }) => taskId === id);
  await Promise.all(before.map(async ({ done }) => done));
}

/** Stops every agent of this node; their work is kept, and their attempts are given back. */
export async function haltAgents(deps: NodeDeps): Promise<void> {
  const halt = AbortSignal.abort("It was stopped by a person.");
  const live = await withTasks(deps, await deps.store.liveAttempts(deps.nodeId));
  await Promise.all(
    live.map(async (one) => workFound(deps, one, { leave: halt, halt, stop: NEVER })),
  );
}

/** Ends the agent of a paused task, where no node is running to do it. */
export async function pauseAttempt(deps: NodeDeps, attempt: Attempt): Promise<void> {
  // What has ended by itself is for the next `run`: it may have checks to run.
  const { kind } = await deps.processes.inspect(deps.folders.path(attempt.id));
  if (kind === "exited") return;
  const halt = AbortSignal.abort(PAUSED);
  for (const one of await withTasks(deps, [attempt])) {
    if (one.task.pausedAtMs === undefined) continue;
    await workFound(deps, { ...one, onlyEnds: true }, { leave: NEVER, halt, stop: NEVER });
  }
}

/** Ends the processes of an attempt that was taken from its task, where no node is running to do it. */
export async function stopAttempt(deps: NodeDeps, attempt: Attempt): Promise<void> {
  // Its task may be at work again, in another attempt, before this one was looked at.
  if (!attempt.isStopping) return;
  const stop = AbortSignal.abort(STOPPED);
  for (const one of await withTasks(deps, [attempt])) {
    await workFound(deps, one, { leave: NEVER, halt: NEVER, stop });
  }
}

/** Ends an attempt that a person called timed out, where no node is running to do it. */
export async function endTimedOut(deps: NodeDeps, attempt: Attempt): Promise<void> {
  if (attempt.timeoutMs !== 0) return;
  // As above.
  const { kind } = await deps.processes.inspect(deps.folders.path(attempt.id));
  if (kind !== "running") return;
  for (const one of await withTasks(deps, [attempt])) {
    const never = { leave: NEVER, halt: NEVER, stop: NEVER };
    await workFound(deps, { ...one, onlyEnds: true }, never);
  }
}

async function workFound(
  deps: NodeDeps,
  found: Found & Pick<Assignment, "onlyEnds">,
  signals: AttemptSignals,
): Promise<void> {
  const timeoutMs = (): number | undefined => found.attempt.timeoutMs;
  await workAttempt(deps, { ...found, timeoutMs }, signals);
}
