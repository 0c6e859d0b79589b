import type { Command } from "./commands.ts";
import { decideArchive } from "./decide-archive.ts";
import { decideAttempt } from "./decide-attempt.ts";
import { decideDispatch } from "./decide-dispatch.ts";
import { decideHuman } from "./decide-human.ts";
import { decideMerge } from "./decide-merge.ts";
import { decideSteering } from "./decide-steering.ts";
import { decideTask } from "./decide-task.ts";
import { accept, refuse, type Decision } from "./decision.ts";
import type { Event } from "./events.ts";
import { evolveAll } from "./evolve.ts";
import { isValidId, quoted } from "./names.ts";
import type { State } from "./state.ts";

/**
 * Every rule of the state machine: the events that follow from `command` in `state`, or a refusal.
 * `state` holds what `scopeOf(command)` names.
 */
export function decide(state: State, command: Command): Decision {
  switch (command.type) {
    case "create_run":
      return createRun(state, command);
    case "add_tasks":
      return decideTask(state, command);
    case "assign":
    case "unpark":
      return decideDispatch(state, command);
    case "prepare_attempt":
    case "start_attempt":
    case "return_attempt":
    case "report_attempt":
    case "finish_attempt":
    case "accept_attempt":
    case "end_attempt":
      return decideAttempt(state, command);
    case "complete_merge":
    case "reject_merge":
    case "defer_merge":
      return decideMerge(state, command);
    case "cancel_task":
    case "retry_task":
    case "abandon_task":
    case "replace_task":
    case "extend_timeout":
    case "time_out_now":
      return decideHuman(state, command);
    case "send_message":
    case "pause_task":
    case "resume_task":
      return decideSteering(state, command);
    case "archive_tasks":
      return decideArchive(state, command);
  }
}

/** Commands decided one after another, each on what the one before has changed: all, or none. */
export function decideInOrder(state: State, commands: readonly Command[]): Decision {
  const events: (readonly Event[])[] = [];
  let current = state;
  for (const command of commands) {
    const decision = decide(current, command);
    if (decision.kind === "refused") return decision;
    events.push(decision.events);
    current = evolveAll(current, decision.events);
  }
  return accept(events.flat());
}

function createRun(state: State, command: Extract<Command, { type: "create_run" }>): Decision {
  if (!isValidId(command.runId)) {
    return refuse(
      "INVALID_ID",
      `${quoted(command.runId)} is no run id: use up to 64 lower-case letters, digits, hyphens.`,
    );
  }
  if (state.runs.has(command.runId)) {
    return refuse("DUPLICATE_ID", `Run ${command.runId} exists already; choose another id.`);
  }
  return accept([
    {
      type: "run_created",
      runId: command.runId,
      atMs: command.nowMs,
      objective: command.objective,
    },
  ]);
}
