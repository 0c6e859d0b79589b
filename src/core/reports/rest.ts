import { hasEnded, type Task, type TaskState } from "../task.ts";

/** As much of a task as tells whether it goes on by itself. */
export type Restable = Pick<
  Task,
  "id" | "state" | "agent" | "fallbackAgents" | "dependsOn" | "waitReason" | "pausedAtMs"
>;

/**
 * How a task has come to rest: `ended` without being complete, in need of a person, or of an agent
 * that is configured.
 */
export type Rest = "complete" | "ended" | "needs_human" | "no_agent";

/** Who could work a task. */
export type AgentsSeen = {
  readonly isKnownAgent: (name: string) => boolean;
  /** Whether a person has to put something right before the agent can do anything for anybody. */
  readonly isHeldAgent: (name: string) => boolean;
};

export type Surroundings = AgentsSeen & {
  /** What the task waits for, however far, as far as it is there. */
  readonly tasks: ReadonlyMap<string, Restable>;
};

/** How the task rests; `undefined` while it goes on by itself, or will once somebody works the queue. */
export function restOf(task: Restable, surroundings: Surroundings): Rest | undefined {
  return task.state === "planned" ? restOfWaiting(task, surroundings) : ownRest(task, surroundings);
}

/** What it must wait for can only be asked as long as it has not begun. */
export function waitsFor({ state, dependsOn }: Restable): readonly string[] {
  return state === "planned" ? dependsOn : [];
}

function ownRest(task: Restable, agents: AgentsSeen): Rest | undefined {
  if (task.state === "complete") return "complete";
  if (hasEnded(task.state)) return "ended";
  if (task.state === "waiting_human") return "needs_human";
  // A merge that waits says why: for a check-out that a person has to tidy.
  if (task.state === "awaiting_qa" && task.waitReason !== undefined) return "needs_human";
  return task.state === "ready" ? restOfReady(task, agents) : undefined;
}

function restOfReady(
  { agent, fallbackAgents = [], pausedAtMs }: Restable,
  { isKnownAgent, isHeldAgent }: AgentsSeen,
): Rest | undefined {
  if (pausedAtMs !== undefined) return "needs_human";
  if (!isKnownAgent(agent)) return "no_agent";
  return [agent, ...fallbackAgents].every(isHeldAgent) ? "needs_human" : undefined;
}

/** It rests as soon as anything that it waits for does so without being complete. */
function restOfWaiting(task: Restable, surroundings: Surroundings): Rest | undefined {
  const reached = new Set(waitsFor(task));
  const rests = new Set<Rest | undefined>();
  let isMoving = false;
  // It grows while it is walked.
  for (const id of reached) {
    const other = surroundings.tasks.get(id);
    if (!other) return "needs_human";
    for (const further of waitsFor(other)) reached.add(further);
    if (other.state === "planned") continue;
    const rest = ownRest(other, surroundings);
    rests.add(rest);
    isMoving ||= rest === undefined;
  }
  if (rests.has("needs_human") || rests.has("ended")) return "needs_human";
  if (rests.has("no_agent")) return "no_agent";
  // With nothing that moves, they wait for each other.
  return isMoving ? undefined : "needs_human";
}

export type QueueRest = "done" | "needs_human" | "no_agent";

export type QueueSight = AgentsSeen & {
  readonly counts: Readonly<Record<TaskState, number>>;
  readonly liveAttempts: number;
  /** Every task that is in proof, and as many of the ready ones as tell whether any can be worked. */
  readonly tasks: readonly Restable[];
};

/** How the whole queue rests, as `run` would leave it; `undefined` while anything goes on. */
export function restOfQueue(sight: QueueSight): QueueRest | undefined {
  const { counts, liveAttempts, tasks } = sight;
  if (counts.active + counts.failed + liveAttempts > 0) return undefined;
  const rests = tasks.map((task) => ownRest(task, sight));
  if (rests.includes(undefined)) return undefined;
  if (counts.waiting_human > 0 || rests.includes("needs_human")) return "needs_human";
  return rests.includes("no_agent") ? "no_agent" : "done";
}
