import { attemptId, type Attempt } from "../../src/core/attempt.ts";
import type { RecordedEvent } from "../../src/core/events.ts";
import { unheard } from "../../src/core/message.ts";
import type { State } from "../../src/core/state.ts";
import { readPreparation } from "../../src/cluster/node/preparation.ts";
import type { AgentLife } from "./agent-life.ts";
import { isAncestor } from "./git.ts";
import { folderOf } from "./machine.ts";
import { violate, type World } from "./world.ts";

/** What people have wanted, told from the events alone. */
export type Steering = {
  /** The attempt that each message was heard by first. */
  readonly heardBy: Map<string, string>;
  /** Attempts that a person has broken off, to speak to them or to pause them. */
  readonly brokenOff: Set<string>;
  /** By task: what an attempt had done when it was given back for a person. */
  readonly keptWork: Map<string, string>;
  /** The sessions that agents have begun. */
  readonly sessions: Set<string>;
};

/** Holds what happens to what people have wanted, and remembers what they want. */
export function checkSteering(world: World, before: State, event: RecordedEvent): void {
  const { steering } = world;
  switch (event.type) {
    case "task_paused":
      return breakOff(steering, before, event.taskId);
    case "message_sent":
      return event.interrupts ? breakOff(steering, before, event.taskId) : undefined;
    case "messages_heard":
      for (const id of event.messageIds) {
        if (!steering.heardBy.has(id)) steering.heardBy.set(id, event.attemptId);
      }
      return undefined;
    case "attempt_returned":
      return event.byHuman ? checkReturn(world, before, event.attemptId) : undefined;
    case "attempt_ended":
    case "attempt_succeeded":
    case "task_cancelled":
    case "task_abandoned":
      steering.keptWork.delete(event.taskId);
      return undefined;
    default:
      return undefined;
  }
}

function breakOff({ brokenOff }: Steering, { tasks }: State, taskId: string): void {
  brokenOff.add(attemptId(taskId, tasks.get(taskId)?.attemptCount ?? 0));
}

/** An attempt is given back for a person only if a person wants it otherwise: that one, and now. */
function checkReturn(world: World, { attempts, tasks }: State, id: string): void {
  const { steering, writer, repository } = world;
  const attempt = attempts.get(id);
  const task = attempt && tasks.get(attempt.taskId);
  if (!task) return;
  const hasMoreToHear = unheard(task).length > 0;
  if (!hasMoreToHear && !steering.brokenOff.has(id) && !writer?.stop.signal.aborted) {
    violate(world, `${id} is given back for a person, and nobody wants that.`);
  }
  const commit = repository.branches.get(attempt.branch);
  // Of one whose start is not on record nobody knows that it has done anything.
  if (commit !== undefined && attempt.workspacePath !== undefined)
    steering.keptWork.set(task.id, commit);
}

/** Whoever comes after an attempt that was given back for a person goes on from its work. */
export function checkKeptWork(world: World, taskId: string, id: string, start: string): void {
  const kept = world.steering.keptWork.get(taskId);
  if (kept === undefined || isAncestor(world.repository, kept, start)) return;
  violate(world, `${id} does not go on from the work that was given back for a person.`);
}

/** Where its session can be taken up, an agent goes on with it, and hears nothing twice there. */
export function checkSession(world: World, life: AgentLife): void {
  const { steering, state } = world;
  const { attemptId: id, machine } = life;
  const { note = "", prompt = "" } = folderOf(machine, id);
  const { sessionId = "", resumesSession } = readPreparation(note);
  const last = lastBefore(state, id);
  const wasBrokenOff = last?.failure?.class === "cancelled" && last.startedAtMs !== undefined;
  const isSameAgent = last?.agent === state.attempts.get(id)?.agent;
  if (wasBrokenOff && isSameAgent && !(resumesSession && sessionId === last.sessionId)) {
    violate(world, `${id} does not go on with the session of ${last.id}, which was broken off.`);
  }
  if (!resumesSession) {
    steering.sessions.add(sessionId);
    return;
  }
  if (!steering.sessions.has(sessionId)) {
    violate(world, `${id} goes on with ${sessionId}, which nobody has begun.`);
  }
  for (const message of state.tasks.get(life.taskId)?.messages ?? []) {
    const isKnown = (steering.heardBy.get(message.id) ?? id) !== id;
    if (isKnown && prompt.includes(message.text))
      violate(world, `${id} hears ${message.id} again.`);
  }
}

function lastBefore({ attempts }: State, id: string): Attempt | undefined {
  const attempt = attempts.get(id);
  return attempt && attempts.get(attemptId(attempt.taskId, attempt.number - 1));
}
