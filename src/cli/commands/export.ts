import { statSync } from "node:fs";
import { OrchestraError } from "../../core/errors.ts";
import { historyOf } from "../../store/event-pages.ts";
import { backUpTo, exportTo } from "../../store/transfer/back-up.ts";
import type { HistoryHeader } from "../../store/transfer/format.ts";
import { printHistory } from "../../store/transfer/write-history.ts";
import type { Cli } from "../cli.ts";
import { newFile } from "../new-file.ts";
import { outputError } from "../terminal.ts";
import type { Reader } from "../open-reader.ts";
import { shellWord } from "../shell-word.ts";
import { plural } from "../view/amounts.ts";

const STANDARD_OUTPUT = "-";

/** Writes all that the blackboard knows to a file that every store can take over. */
export async function exportBlackboard(cli: Cli, typed: string): Promise<void> {
  if (typed === STANDARD_OUTPUT) return print(cli);
  const file = newFile(cli.cwd, typed);
  await using reader = await requireReader(cli);
  const counts = await exportTo(file, reader, headerOf(cli));
  cli.terminal.json({ file, ...counts });
  cli.terminal.say(`Exported ${plural(counts.runs, "run")}, ${plural(counts.events, "event")}.`);
  cli.terminal.say(
    cli.terminal.style("dim", `Take it over elsewhere: orchestra import ${shellWord(typed)}`),
  );
}

/** Copies the blackboard as it is, while others go on writing to it. */
export async function backUp(cli: Cli, typed: string): Promise<void> {
  if (typed === STANDARD_OUTPUT) {
    const message = "A backup needs a file. To print all that is known: orchestra export -";
    throw new OrchestraError("INVALID_ARGUMENT", message);
  }
  const file = newFile(cli.cwd, typed);
  await using reader = await requireReader(cli);
  const { location } = reader;
  const format = await backUpTo(file, reader, { location, header: headerOf(cli) });
  const { size: bytes } = statSync(file);
  cli.terminal.json({ file, format, bytes });
  cli.terminal.say(`Backed up to ${file} (${(bytes / 1024 ** 2).toFixed(1)} MiB).`);
  const hint = `Restore it into an empty blackboard: orchestra import ${shellWord(typed)}`;
  cli.terminal.say(cli.terminal.style("dim", hint));
}

async function print(cli: Cli): Promise<void> {
  if (cli.terminal.isJson) {
    throw new OrchestraError(
      "INVALID_ARGUMENT",
      "Standard output is for the export or for --json, not both. Name a file.",
    );
  }
  await using reader = await requireReader(cli);
  const stdout = cli.stdout();
  try {
    await reader.snapshot(async (moment) => printHistory(stdout, headerOf(cli), historyOf(moment)));
  } catch (error) {
    throw outputError(stdout.fd, error);
  }
}

async function requireReader(cli: Cli): Promise<Reader> {
  const reader = await cli.openReader();
  if (reader) return reader;
  throw new OrchestraError("RUN_NOT_FOUND", "There is no blackboard here yet.");
}

function headerOf(cli: Cli): HistoryHeader {
  return { program: cli.version, exportedAtMs: cli.clock.nowMs() };
}
