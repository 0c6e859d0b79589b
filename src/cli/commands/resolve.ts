import { OrchestraError } from "../../core/errors.ts";
import { resolveTask, type Answer } from "../../intake/resolve-task.ts";
import type { Cli } from "../cli.ts";
import { findTask } from "../find-task.ts";
import { sayHowToWork } from "../project-actions.ts";
import { printable } from "../terminal.ts";

type Options = {
  readonly retry?: boolean;
  readonly note?: string;
  readonly abandon?: boolean;
  readonly cascade?: boolean;
  readonly spawn?: string;
};

/** Answers a task that waits for a person. */
export async function resolve(cli: Cli, id: string, options: Options): Promise<void> {
  refuseAmbiguity(options);
  await using project = await cli.openProject();
  const task = await findTask(project.store, id);
  const spawnedId = await resolveTask(project, task, answerOf(options));

  cli.terminal.json({ id: task.id, ...(spawnedId === undefined ? {} : { spawnedId }) });
  cli.terminal.say(`${task.id} ${outcomeOf(options, spawnedId)}: ${printable(task.title)}`);
  if (!options.abandon) await sayHowToWork(project, cli.terminal);
}

/** Nothing that was typed may be passed over: it was meant. */
function refuseAmbiguity({ retry, abandon, spawn, note, cascade }: Options): void {
  const answers = [retry, abandon, spawn !== undefined].filter(Boolean);
  const isNoteLost = note !== undefined && !retry;
  const isCascadeLost = cascade && !abandon;
  if (answers.length !== 1) {
    throw misuse("Say what is to become of it: one of --retry, --abandon, --spawn PROMPT.");
  }
  if (spawn?.trim() === "") throw misuse("Say what the other task is to do: --spawn PROMPT.");
  if (isNoteLost) throw misuse("--note goes with --retry alone: nobody else would read it.");
  if (isCascadeLost) throw misuse("--cascade goes with --abandon alone.");
}

function misuse(message: string): OrchestraError {
  return new OrchestraError("INVALID_ARGUMENT", message);
}

function answerOf({ abandon, cascade, spawn, note }: Options): Answer {
  if (abandon) return { kind: "abandon", dependents: cascade ? "abandon" : "wait" };
  return spawn === undefined ? { kind: "retry", note } : { kind: "spawn", prompt: spawn };
}

function outcomeOf({ abandon }: Options, spawnedId: string | undefined): string {
  if (abandon) return "is abandoned";
  return spawnedId === undefined ? "goes back to work" : `is replaced by ${spawnedId}`;
}
