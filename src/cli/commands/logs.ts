import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { adapterFor } from "../../agents/adapters.ts";
import type { AgentEvent } from "../../agents/adapter.ts";
import { followLines, readTail } from "../../agents/process/follow-lines.ts";
import { ATTEMPT_FILES } from "../../agents/processes.ts";
import { attemptFolder } from "../../app.ts";
import { loadConfig } from "../../config/load-config.ts";
import { isLive, type Attempt } from "../../core/attempt.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { Cli } from "../cli.ts";
import type { Reader } from "../open-reader.ts";
import { findAttempt } from "../find-attempt.ts";
import { printable, type Terminal } from "../terminal.ts";

type Options = {
  readonly follow?: boolean;
  readonly attempt?: string;
  readonly raw?: boolean;
};

const LOOK_EVERY_MS = 200;
const STDERR_BYTES = 4_096;

/** Shows what an agent says and does, from its own files; changes nothing. */
export async function logs(cli: Cli, id: string, options: Options): Promise<void> {
  await using reader = await cli.openReader();
  if (!reader) throw new OrchestraError("TASK_NOT_FOUND", "There are no tasks here yet.");
  const attempt = await findAttempt(reader, id, options.attempt);
  const folder = attemptFolder(reader.root, attempt.id);
  if (options.raw && !cli.terminal.isJson) return await copyRaw(cli, folder);

  const config = await loadConfig(reader.root);
  const settings = config.agents[attempt.agent];
  if (!settings) {
    throw new OrchestraError(
      "UNKNOWN_AGENT",
      `The agent ${attempt.agent} is no longer configured; --raw shows its output as it is.`,
    );
  }
  const parser = (await adapterFor(settings)).createParser();
  await follow(cli, reader, attempt, folder, (line) => parser.push(line), options.follow === true);
  const errors = (await readTail(join(folder, ATTEMPT_FILES.stderr), STDERR_BYTES)).trim();
  if (errors !== "") cli.terminal.say(cli.terminal.style("dim", printable(errors)));
}

async function copyRaw(cli: Cli, folder: string): Promise<void> {
  await pipeline(createReadStream(join(folder, ATTEMPT_FILES.stdout)), cli.stdout(), {
    end: false,
  });
}

async function follow(
  cli: Cli,
  reader: Reader,
  attempt: Attempt,
  folder: string,
  eventsOf: (line: string) => readonly AgentEvent[],
  isFollowing: boolean,
): Promise<void> {
  const lines = followLines(join(folder, ATTEMPT_FILES.stdout));
  const interrupted = isFollowing ? cli.onInterrupt() : AbortSignal.abort();
  const print = (some: readonly string[]): void => {
    for (const event of some.flatMap((line) => eventsOf(line))) printEvent(cli.terminal, event);
  };
  for (;;) {
    // Asked before reading: what comes between the two is then still read.
    const isOver = !isFollowing || interrupted.aborted || !(await isStillLive(reader, attempt));
    for (let some = await lines.next(); some.length > 0; some = await lines.next()) print(some);
    if (isOver) break;
    await cli.clock.sleep(LOOK_EVERY_MS, interrupted);
  }
  print(await lines.end());
}

async function isStillLive(reader: Reader, { id, taskId }: Attempt): Promise<boolean> {
  const attempts = await reader.attemptsOf(taskId);
  return attempts.some((attempt) => attempt.id === id && isLive(attempt.state));
}

function printEvent(terminal: Terminal, event: AgentEvent): void {
  // A stream of values: one JSON object a line.
  if (terminal.isJson) return terminal.jsonLine(event);
  const line = lineOf(terminal, event);
  if (line !== undefined) terminal.say(line);
}

function lineOf(terminal: Terminal, event: AgentEvent): string | undefined {
  switch (event.kind) {
    case "text":
      return printable(event.text);
    case "thinking":
      return terminal.style("dim", printable(event.text));
    case "tool_started":
      return terminal.style("cyan", `▸ ${event.name} ${printable(event.summary)}`);
    case "tool_ended":
      return event.isError ? terminal.style("red", printable(event.output)) : undefined;
    case "retrying":
      return terminal.style("yellow", `retry ${event.attempt} in ${event.delayMs} ms`);
    case "error":
      return terminal.style("red", printable(event.message));
    case "unrecognised":
      return terminal.style("dim", printable(event.line));
    default:
      return undefined;
  }
}
