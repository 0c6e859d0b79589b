import { isDeepStrictEqual } from "node:util";
import type { Attempt } from "../../src/core/attempt.ts";
import type { RecordedEvent } from "../../src/core/events.ts";
import { evolveAll } from "../../src/core/evolve.ts";
import type { CheckEvidence } from "../../src/core/evidence.ts";
import { latestAttempt, type State } from "../../src/core/state.ts";
import type { Task } from "../../src/core/task.ts";
import { wrongsOf, wrongsOfWay } from "../../src/core/testing/invariants.ts";
import { checkAgent, noteUsageLimit } from "./check-agents.ts";
import { checkLimit, noteTimeLimit } from "./check-limits.ts";
import { livingAnywhere } from "./check-start.ts";
import { checkSteering } from "./check-steering.ts";
import { passes } from "./checks.ts";
import { commitOf, isAncestor, unreachable } from "./git.ts";
import { folderOf } from "./machine.ts";
import { TEST_CHECK } from "./scenario.ts";
import { violate, type World } from "./world.ts";

/** Holds a commit to the invariants: the way it leads, and where it has led. */
export function checkCommit(world: World, events: readonly RecordedEvent[]): void {
  const before = world.state;
  const { nodes, agentLimits } = world.scenario;
  world.state = evolveAll(before, events);
  for (const event of events) {
    checkEvent(world, before, event);
    checkSteering(world, before, event);
    noteUsageLimit(world, event);
  }
  const wrongs = [...wrongsOfWay(before, events), ...wrongsOf(world.state, { nodes, agentLimits })];
  for (const wrong of wrongs) violate(world, wrong);
}

function checkEvent(world: World, before: State, event: RecordedEvent): void {
  switch (event.type) {
    case "attempt_ended":
    case "attempt_succeeded":
    case "attempt_returned":
      return checkEnd(world, before, event);
    case "attempt_rejected":
      if (event.failure.class === "unknown") {
        violate(world, `The merge of ${event.attemptId} is rejected: ${event.failure.message}`);
      }
      return checkEvidence(world, event.evidence);
    case "task_completed":
      return checkCompletion(world, event);
    case "attempt_assigned":
      return checkAssigned(world, before, event);
    case "task_timeout_set":
    case "attempt_timeout_set":
      return noteTimeLimit(world, before, event);
    case "messages_heard":
      return checkHeard(world, before, event);
    default:
      return undefined;
  }
}

function checkAssigned(
  world: World,
  before: State,
  event: Extract<RecordedEvent, { type: "attempt_assigned" }>,
): void {
  const task = before.tasks.get(event.taskId);
  if (!task) return;
  if (task.pausedAtMs !== undefined) {
    violate(world, `${event.attemptId} starts, and its task is paused.`);
  }
  checkAgent(world, task, event);
}

/** What counts as heard was taken in by the agent, or was in its prompt. */
function checkHeard(
  world: World,
  before: State,
  { taskId, attemptId, messageIds }: Extract<RecordedEvent, { type: "messages_heard" }>,
): void {
  const life = world.agents.get(attemptId);
  const prompt = life && folderOf(life.machine, attemptId).prompt;
  for (const id of messageIds) {
    const message = before.tasks.get(taskId)?.messages?.find((one) => one.id === id);
    const isIn = message !== undefined && prompt?.includes(message.text);
    if (!isIn && !life?.heard.has(id)) violate(world, `${attemptId} has not heard ${id}.`);
  }
}

type End = Extract<
  RecordedEvent,
  { type: "attempt_ended" | "attempt_succeeded" | "attempt_returned" }
>;

function checkEnd(world: World, before: State, event: End): void {
  const { attemptId, taskId } = event;
  const task = before.tasks.get(taskId);
  const attempt = before.attempts.get(attemptId);
  if (!task || !attempt) return;
  if (livingAnywhere(world.machines, attemptId)) {
    violate(world, `${attemptId} has ended, and something of it is alive.`);
  }
  if (event.type !== "attempt_returned") checkEvidence(world, event.evidence);
  if (event.type === "attempt_succeeded") checkProof(world, task, attempt, event.evidence);
  if (event.type === "attempt_ended") checkBlame(world, task, attempt, event);
}

/** What is accepted was proven, by each of its checks, on its commit. */
function checkProof(
  world: World,
  task: Task,
  attempt: Attempt,
  evidence: readonly CheckEvidence[],
): void {
  const { commit } = attempt;
  // With nothing to run, it is finished and accepted in one breath.
  const accepted = commit ?? world.state.attempts.get(attempt.id)?.commit;
  if (accepted === undefined) return violate(world, `${attempt.id} is accepted without a commit.`);
  for (const check of task.checks) {
    const proof = evidence.find((one) => one.check === check.name);
    if (proof?.passed !== true || proof.commit !== accepted) {
      violate(world, `${attempt.id} is accepted without proof that ${check.name} passed.`);
    }
    if (check.kind === "command" && !passes(commitOf(world.repository, accepted).tree)) {
      violate(world, `${attempt.id} is accepted, and ${check.name} does not pass on its commit.`);
    }
  }
  const life = world.agents.get(attempt.id);
  if (life?.deed.exitCode !== 0) violate(world, `${attempt.id} is accepted, and did not succeed.`);
}

/** What an attempt is said to have ended by is what it ended by. */
function checkBlame(
  world: World,
  task: Task,
  attempt: Attempt,
  { failure, end }: Extract<RecordedEvent, { type: "attempt_ended" }>,
): void {
  const life = world.agents.get(attempt.id);
  const exit = life?.machine.folders.get(attempt.id)?.exit;
  const wrong = (text: string): void => violate(world, `${attempt.id} ${text}`);
  const isTaken = attempt.isStopping || task.state === "cancelled" || task.state === "abandoned";
  if (end === "cancelled" && !isTaken) wrong("was cancelled by nobody.");
  if (isTaken) return;
  switch (failure.class) {
    case "node_lost":
      if (exit) wrong("is said to be lost, and its exit is on record.");
      return;
    case "timeout":
    case "stall":
      return checkLimit(world, task, attempt, failure.class);
    case "unknown":
      if (!world.spoiled.has(attempt.id)) wrong(`has failed for no reason: ${failure.message}`);
      return;
    case "check_failed":
    case "empty_output":
    case "missing_executable":
      return;
    default:
      if (!exit || exit.exitCode === 0) wrong(`is said to have failed by ${failure.class}.`);
  }
}

/** Whoever runs a check again comes to the same. */
function checkEvidence(world: World, evidence: readonly CheckEvidence[]): void {
  for (const { check, commit, passed } of evidence) {
    if (check !== TEST_CHECK || passed === passes(commitOf(world.repository, commit).tree))
      continue;
    violate(world, `The check of ${commit} is on record as ${passed ? "passed" : "failed"}.`);
  }
}

function checkCompletion(
  world: World,
  { taskId, mergedCommit }: Extract<RecordedEvent, { type: "task_completed" }>,
): void {
  const task = world.state.tasks.get(taskId);
  const attempt = task && latestAttempt(world.state, task);
  if (attempt?.state !== "succeeded" || attempt.commit === undefined) {
    return violate(world, `${taskId} is complete, and its last attempt did not succeed.`);
  }
  const missed = (task?.messages ?? []).filter(({ isHeard }) => !isHeard);
  if (missed.length > 0) violate(world, `${taskId} is complete, and has not heard all.`);
  if (!task?.merges) return;
  const tip = world.repository.branches.get(task.targetBranch) ?? "";
  if (!isAncestor(world.repository, attempt.commit, tip)) {
    violate(world, `${taskId} is complete, and its work is not in ${task.targetBranch}.`);
  }
  const isTested = task.checks.some((check) => check.name === TEST_CHECK);
  if (isTested && !passes(commitOf(world.repository, mergedCommit ?? "").tree)) {
    violate(world, `${taskId} is complete, and what it was merged to does not pass.`);
  }
}

/** What has to be asked, of the store and of the repository, after a step in which something was written. */
export async function checkStored(world: World, events: readonly RecordedEvent[]): Promise<void> {
  const { store, state } = world;
  const taskIds = new Set(events.flatMap((event) => ("taskId" in event ? [event.taskId] : [])));
  for (const id of taskIds) {
    const attempts = [...state.attempts.values()].filter((attempt) => attempt.taskId === id);
    const isSame =
      isDeepStrictEqual(await store.task(id), state.tasks.get(id)) &&
      isDeepStrictEqual(await store.attemptsOf(id), attempts);
    if (!isSame) violate(world, `What is stored of ${id} is not what its events add up to.`);
  }
  const runIds = new Set(events.map((event) => event.runId));
  for (const runId of runIds) {
    const last = events.findLast((event) => event.runId === runId);
    if ((await store.lastSeq(runId)) !== last?.seq) violate(world, `${runId} has lost an event.`);
  }
}

/** What must be so when everything has ended. */
export async function checkEndState(world: World): Promise<void> {
  const lost = unreachable(world.repository);
  if (lost.length > 0) violate(world, `These commits of agents are lost: ${lost.join(", ")}.`);
  for (const runId of world.state.runs.keys()) {
    const events = await world.store.events(runId, 0, Infinity);
    if (events.some((event, index) => event.seq !== index + 1)) {
      violate(world, `The events of ${runId} are not numbered without gaps.`);
    }
  }
}
