import { isLive } from "../../core/attempt.ts";
import type { Command } from "../../core/commands.ts";
import { decide } from "../../core/decide.ts";
import { evolveAll } from "../../core/evolve.ts";
import { FAILURE_CLASSES } from "../../core/failure.ts";
import { scopeOf } from "../../core/scope.ts";
import { EMPTY_STATE, type State } from "../../core/state.ts";
import type { Store } from "../store.ts";
import { aTask, AGENT, NO_SPENDING } from "./builders.ts";

export const RUN_IDS = ["queue", "second"] as const;

export const MOVES = [
  "add",
  "assign",
  "unpark",
  "prepare",
  "start",
  "finish",
  "accept",
  "end",
  "return",
  "merge",
  "reject",
  "cancel",
  "abandon",
  "retry",
  "replace",
] as const;

export type Step = {
  readonly move: (typeof MOVES)[number];
  /** Chooses among what the move could be made with. */
  readonly pick: number;
  readonly jitter: number;
};

/** Makes the moves, as far as they are possible when their turn comes; returns the time after them. */
export async function play(store: Store, steps: readonly Step[]): Promise<number> {
  let state = EMPTY_STATE;
  let nowMs = 1_000;
  const opening: Command = { type: "create_run", runId: "second", objective: "Do it.", nowMs };
  for (const step of [undefined, ...steps]) {
    nowMs += 1 + (step?.pick ?? 0) * 50;
    const command = step === undefined ? opening : commandOf(state, step, nowMs);
    if (command === undefined) continue;
    const outcome = await store.transact(scopeOf(command), (part) => decide(part, command));
    if (outcome.kind === "committed") state = evolveAll(state, outcome.events);
  }
  return nowMs;
}

/** The command of a step in `state`; refusals are a part of history too. */
function commandOf(state: State, step: Step, nowMs: number): Command | undefined {
  const { move, pick } = step;
  if (move === "add") return addition(state, pick, nowMs);
  if (move === "unpark") return { type: "unpark", nowMs };
  if (move === "assign") {
    const nodes = [{ id: `node-${pick % 2}`, capacity: 3, agents: [AGENT, "other"] }];
    return { type: "assign", nodes, agentLimits: { other: 1 }, nowMs };
  }
  return ofAttempt(state, step, nowMs) ?? ofTask(state, step, nowMs);
}

function addition(state: State, pick: number, nowMs: number): Command {
  const known = [...state.tasks.keys()];
  const newest = `task-${known.length}`;
  const dependsOn = known.filter((_, index) => index % 3 === pick % 4).slice(-3);
  const agent = pick % 5 === 0 ? "other" : AGENT;
  const priority = pick % 3;
  const task = aTask({ id: newest, dependsOn, agent, priority, merges: pick % 2 === 0 });
  const next = aTask({ id: `${newest}-next`, dependsOn: [newest] });
  return { type: "add_tasks", runId: RUN_IDS[pick % 2] ?? "queue", tasks: [task, next], nowMs };
}

function ofAttempt(state: State, { move, pick, jitter }: Step, nowMs: number): Command | undefined {
  const live = [...state.attempts.values()].filter((attempt) => isLive(attempt.state));
  const attempt = live[pick % live.length];
  if (!attempt) return undefined;
  const common = { attemptId: attempt.id, epoch: attempt.epoch, nowMs };
  const failure = {
    class: FAILURE_CLASSES[pick % FAILURE_CLASSES.length] ?? "unknown",
    message: "No.",
  };
  switch (move) {
    case "prepare": {
      const place = { workspacePath: "/work", baseCommit: "base", sessionId: `session-${pick}` };
      return { type: "prepare_attempt", ...common, ...place, resumesSession: pick % 2 === 0 };
    }
    case "start":
      return { type: "start_attempt", ...common, pid: pick };
    case "finish": {
      const summary = { diffStat: "", lastMessages: ["Done."] };
      return { type: "finish_attempt", ...common, commit: "c", summary, spending: NO_SPENDING };
    }
    case "accept":
      return { type: "accept_attempt", ...common, evidence: [] };
    case "return":
      return { type: "return_attempt", ...common, reason: "The node is full.", jitter };
    case "end": {
      const rest = { commit: undefined, summary: undefined, spending: NO_SPENDING, jitter };
      return { type: "end_attempt", ...common, end: "failed", failure, evidence: [], ...rest };
    }
    default:
      return undefined;
  }
}

function ofTask(state: State, { move, pick, jitter }: Step, nowMs: number): Command | undefined {
  const tasks = [...state.tasks.values()];
  const task = tasks[pick % tasks.length];
  const merging = tasks.filter((candidate) => candidate.state === "awaiting_qa");
  const passed = merging[pick % merging.length];
  if (!task) return undefined;
  const common = { taskId: task.id, nowMs };
  const dependents = pick % 2 === 0 ? "wait" : "abandon";
  switch (move) {
    case "merge":
    case "reject": {
      if (!passed) return undefined;
      const ids = { taskId: passed.id, epoch: passed.epoch, nowMs };
      const failure = { class: "merge_conflict", message: "Both changed it." } as const;
      if (move === "reject") return { type: "reject_merge", ...ids, failure, evidence: [], jitter };
      return { type: "complete_merge", ...ids, mergedCommit: "merged" };
    }
    case "cancel":
      return { type: "cancel_task", ...common, dependents };
    case "abandon":
      return { type: "abandon_task", ...common, dependents };
    case "retry":
      return { type: "retry_task", ...common, note: "Again." };
    case "replace":
      return { type: "replace_task", ...common, task: aTask({ id: `new-${tasks.length}` }) };
    default:
      return undefined;
  }
}
