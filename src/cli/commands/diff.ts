import { isLive, type Attempt } from "../../core/attempt.ts";
import { OrchestraError } from "../../core/errors.ts";
import { difference, differenceSoFar } from "../../workspace/difference.ts";
import type { Cli } from "../cli.ts";
import { findAttempt } from "../find-attempt.ts";
import { printable, type Terminal } from "../terminal.ts";

type Options = { readonly stat?: boolean; readonly attempt?: string };

/** Shows what an attempt changed against the branch it started from; changes nothing. */
export async function diff(cli: Cli, id: string, options: Options): Promise<void> {
  await using reader = await cli.openReader();
  if (!reader) throw new OrchestraError("TASK_NOT_FOUND", "There are no tasks here yet.");
  const attempt = await findAttempt(reader, id, options.attempt);
  const text = await changes(reader.root, attempt, options, cli.terminal);
  const { commit, baseCommit } = attempt;
  cli.terminal.json({ attempt: attempt.id, baseCommit, commit, diff: text });
  // A patch is for git byte by byte; what a person looks at must not act on the terminal.
  if (text !== "") cli.terminal.say(cli.terminal.isLive ? printableBesideColours(text) : text);
}

async function changes(
  repositoryRoot: string,
  attempt: Attempt,
  { stat }: Options,
  { isColoured, isJson }: Terminal,
): Promise<string> {
  const { baseCommit: from, commit: to, workspacePath } = attempt;
  if (from === undefined) {
    throw new OrchestraError("INVALID_ARGUMENT", `Attempt ${attempt.id} has no workspace yet.`);
  }
  const colour = isColoured && !isJson ? "--color=always" : "--color=never";
  const options = stat ? [colour, "--stat"] : [colour];
  // While the agent works, what it has not committed yet counts, too.
  if (isLive(attempt.state) && workspacePath !== undefined) {
    return differenceSoFar({ repositoryRoot }, { from, workspacePath }, options);
  }
  return to === undefined ? "" : difference({ repositoryRoot }, { from, to }, options);
}

// oxlint-disable-next-line no-control-regex -- Control characters are what this is about.
const COLOUR = /(\u001b\[[\d;]*m)/;

function printableBesideColours(text: string): string {
  const parts = text.split(COLOUR);
  return parts.map((part) => (COLOUR.test(part) ? part : printable(part))).join("");
}
