import type { AgentHold } from "./agent-hold.ts";
import { attemptId } from "./attempt.ts";
import type { Task } from "./task.ts";

/**
 * What an attempt has found of its agent. Once it `isSpent` it keeps the agent from nothing, but still
 * tells of a task that a person may send back to work.
 */
export type Finding = AgentHold & { readonly isSpent: boolean };

type Tasks = ReadonlyMap<string, Task>;

/** What keeps agents from working: of each, what holds it longest. */
export function holdsInForce(findings: readonly Finding[]): readonly AgentHold[] {
  const holds = findings.flatMap(({ isSpent, ...hold }) => (isSpent ? [] : [hold]));
  const inOrder = holds.toSorted((a, b) => a.untilMs - b.untilMs);
  return [...new Map(inOrder.map((hold) => [hold.agent, hold])).values()];
}

/** With what another attempt has found; of one task and agent, the latest alone counts. */
export function withHold(findings: readonly Finding[], hold: AgentHold): readonly Finding[] {
  return [...findings.filter((one) => !isOfSame(one, hold)), { ...hold, isSpent: false }];
}

/**
 * What is left of the findings, as their tasks stand. A person who sends any of an agent's tasks back
 * to work has put the agent right, or knows that its account is let in again before its time: none of
 * its findings holds it any more.
 */
export function stillFound(
  findings: readonly Finding[],
  tasks: Tasks,
  nowMs: number,
): readonly Finding[] {
  const agents = new Set(findings.map(({ agent }) => agent));
  return [...agents].flatMap((agent) =>
    leftOfAgent(
      findings.filter((one) => one.agent === agent),
      tasks,
      nowMs,
    ),
  );
}

/** Those that came to be known meanwhile put the others of their tasks out of date. */
export function withNewer(
  findings: readonly Finding[],
  newer: readonly Finding[],
): readonly Finding[] {
  const older = findings.filter((one) => !newer.some((other) => isOfSame(one, other)));
  return [...older, ...newer];
}

function leftOfAgent(
  findings: readonly Finding[],
  tasks: Tasks,
  nowMs: number,
): readonly Finding[] {
  const standings = findings.map((one) => standingOf(one, tasks.get(one.taskId), nowMs));
  // Those that were only given up are of use as long as another waits for the same.
  if (!standings.includes("holds")) return [];
  const isLifted = standings.includes("sent_back");
  return findings.flatMap((one, index) => {
    const standing = standings[index];
    if (standing === "over" || standing === "sent_back") return [];
    const isSpent = one.isSpent || isLifted || standing === "given_up";
    return [isSpent === one.isSpent ? one : { ...one, isSpent }];
  });
}

type Standing = "holds" | "over" | "given_up" | "sent_back";

function standingOf(hold: AgentHold, task: Task | undefined, nowMs: number): Standing {
  if (!task || hold.untilMs <= nowMs) return "over";
  const isLatest = attemptId(task.id, task.attemptCount) === hold.attemptId;
  // Its end may not be on record yet.
  if (isLatest && task.state === "active") return "holds";
  if (hold.failureClass === "quota") {
    const untilMs = task.usageLimits?.[hold.agent];
    if (untilMs !== undefined) return untilMs > nowMs ? "holds" : "over";
  } else if (task.state === "waiting_human" && task.failure?.class === hold.failureClass) {
    return "holds";
  }
  if (task.state === "cancelled" || task.state === "abandoned") return "given_up";
  // Its attempt came to another end meanwhile: what a person sends back keeps its failure until then.
  const isOnRecord = !isLatest || task.failure?.class === hold.failureClass;
  return isOnRecord ? "sent_back" : "over";
}

function isOfSame(a: AgentHold, b: AgentHold): boolean {
  return a.agent === b.agent && a.taskId === b.taskId;
}
