import { existsSync } from "node:fs";
import { isLive, type Attempt } from "../../core/attempt.ts";
import { OrchestraError } from "../../core/errors.ts";
import { git } from "../../workspace/git.ts";
import type { Cli } from "../cli.ts";
import { findAttempt } from "../find-attempt.ts";

type Options = { readonly stat?: boolean; readonly attempt?: string };

/** Shows what an attempt changed against the branch it started from; changes nothing. */
export async function diff(cli: Cli, id: string, options: Options): Promise<void> {
  await using reader = await cli.openReader();
  if (!reader) throw new OrchestraError("TASK_NOT_FOUND", "There are no tasks here yet.");
  const attempt = await findAttempt(reader, id, options.attempt);
  const text = await changes(reader.root, attempt, options, cli.terminal.isLive);
  const { commit, baseCommit } = attempt;
  cli.terminal.json({ attempt: attempt.id, baseCommit, commit, diff: text });
  if (text !== "") cli.terminal.say(text);
}

async function changes(
  root: string,
  attempt: Attempt,
  options: Options,
  isColoured: boolean,
): Promise<string> {
  if (attempt.baseCommit === undefined) {
    throw new OrchestraError("INVALID_ARGUMENT", `Attempt ${attempt.id} has no workspace yet.`);
  }
  const args = ["diff", isColoured ? "--color=always" : "--color=never"];
  if (options.stat) args.push("--stat");
  // While the agent works, what it has not committed yet counts, too.
  if (isLive(attempt.state) && attempt.workspacePath && existsSync(attempt.workspacePath)) {
    return git([...args, attempt.baseCommit], { cwd: attempt.workspacePath });
  }
  if (attempt.commit === undefined) return "";
  return git([...args, attempt.baseCommit, attempt.commit], { cwd: root });
}
