import type { Attempt } from "../core/attempt.ts";
import { OrchestraError } from "../core/errors.ts";
import { quoted } from "../core/names.ts";
import type { BlackboardReader } from "../store/store.ts";
import { findTask } from "./find-task.ts";

/** The attempt of a task that was asked for by number, or the latest. */
export async function findAttempt(
  reader: BlackboardReader,
  typedId: string,
  typedNumber: string | undefined,
): Promise<Attempt> {
  const task = await findTask(reader, typedId);
  const attempts = await reader.attemptsOf(task.id);
  const found =
    typedNumber === undefined
      ? attempts.at(-1)
      : attempts.find((attempt) => String(attempt.number) === typedNumber);
  if (found) return found;
  const message =
    attempts.length === 0
      ? `Task ${task.id} was not attempted yet.`
      : `Task ${task.id} has the attempts 1 to ${attempts.length}; there is no ${quoted(typedNumber ?? "")}.`;
  throw new OrchestraError("INVALID_ARGUMENT", message);
}
