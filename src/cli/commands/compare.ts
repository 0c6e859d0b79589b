import { isLive, type Attempt } from "../../core/attempt.ts";
import { OrchestraError } from "../../core/errors.ts";
import {
  comparedAttempt,
  readShortStat,
  type Compared,
  type DiffStat,
} from "../../core/reports/comparison.ts";
import { difference, differenceSoFar } from "../../workspace/difference.ts";
import type { Cli } from "../cli.ts";
import { findAttempt } from "../find-attempt.ts";
import { findTask } from "../find-task.ts";
import type { Reader } from "../open-reader.ts";
import { comparisonLines } from "../report/comparison-lines.ts";

/** Shows the attempts of a task, or the latest of several tasks, side by side; changes nothing. */
export async function compare(cli: Cli, typed: readonly string[]): Promise<void> {
  await using reader = await cli.openReader();
  if (!reader) throw new OrchestraError("TASK_NOT_FOUND", "There are no tasks here yet.");
  const nowMs = cli.clock.nowMs();
  const compared: Compared[] = [];
  for (const attempt of await attemptsToCompare(reader, typed)) {
    const title = (await reader.task(attempt.taskId))?.title ?? "";
    const changes = await changesOf(reader.root, attempt);
    compared.push(comparedAttempt(attempt, title, { changes, nowMs }));
  }
  cli.terminal.json({ attempts: compared });
  for (const line of comparisonLines(compared, cli.terminal)) cli.terminal.say(line);
}

/** Those of one task, the first first; of several tasks the latest of each, as they were named. */
async function attemptsToCompare(
  reader: Reader,
  typed: readonly string[],
): Promise<readonly Attempt[]> {
  const found = new Map<string, Attempt>();
  for (const one of typed) {
    const attempt = await findAttempt(reader, one, undefined);
    found.set(attempt.taskId, attempt);
  }
  const [only, ...others] = found.keys();
  if (only === undefined || others.length > 0) return [...found.values()];
  return reader.attemptsOf((await findTask(reader, only)).id);
}

const SHORT = ["--shortstat", "--color=never"];

async function changesOf(repositoryRoot: string, attempt: Attempt): Promise<DiffStat | undefined> {
  const { baseCommit: from, commit: to, workspacePath } = attempt;
  if (from === undefined) return undefined;
  try {
    // While the agent works, what it has not committed yet counts, too.
    if (isLive(attempt.state) && workspacePath !== undefined) {
      return readShortStat(
        await differenceSoFar({ repositoryRoot }, { from, workspacePath }, SHORT),
      );
    }
    if (to === undefined) return undefined;
    return readShortStat(await difference({ repositoryRoot }, { from, to }, SHORT));
  } catch (error) {
    // A commit that is gone, of one of many attempts, leaves the others to be compared.
    if (error instanceof OrchestraError && error.code === "GIT_FAILED") return undefined;
    throw error;
  }
}
