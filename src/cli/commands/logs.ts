import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { adapterFor } from "../../agents/adapters.ts";
import type { AgentEvent, StreamParser } from "../../agents/adapter.ts";
import { followLines, readTail, type LineFollower } from "../../agents/process/follow-lines.ts";
import { ATTEMPT_FILES } from "../../agents/processes.ts";
import { attemptFolder } from "../../app.ts";
import { loadConfig } from "../../config/load-config.ts";
import { isLive, type Attempt } from "../../core/attempt.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { Cli } from "../cli.ts";
import type { Reader } from "../open-reader.ts";
import { findAttempt } from "../find-attempt.ts";
import { EXIT } from "../exit-codes.ts";
import { outputError, printable, type Terminal } from "../terminal.ts";

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
  const stdout = join(folder, ATTEMPT_FILES.stdout);
  const reading = options.follow ? turns(cli, reader, attempt) : [undefined];
  if (options.raw && !cli.terminal.isJson) return await copyRaw(cli, stdout, reading);

  const parser = await parserOf(reader.root, attempt);
  await showEvents(cli.terminal, followLines(stdout), parser, reading);
  const errors = (await readTail(join(folder, ATTEMPT_FILES.stderr), STDERR_BYTES)).trim();
  if (errors !== "") cli.terminal.say(cli.terminal.style("dim", printable(errors)));
}

async function parserOf(root: string, attempt: Attempt): Promise<StreamParser> {
  const config = await loadConfig(root);
  const settings = config.agents[attempt.agent];
  if (settings) return (await adapterFor(settings, root)).createParser();
  throw new OrchestraError(
    "UNKNOWN_AGENT",
    `The agent ${attempt.agent} is no longer configured; --raw shows its output as it is.`,
  );
}

/** A turn to read what the agent has said; after the last one it will say no more. */
async function* turns(cli: Cli, reader: Reader, attempt: Attempt): AsyncGenerator<undefined> {
  const interrupted = cli.onInterrupt();
  for (;;) {
    // Asked before reading: what comes between the two is then still read.
    const isLast = interrupted.aborted || !(await isStillLive(reader, attempt));
    yield;
    if (isLast) break;
    await cli.clock.sleep(LOOK_EVERY_MS, interrupted);
  }
  if (interrupted.aborted) cli.exitCode.value = EXIT.interrupted;
}

async function isStillLive(reader: Reader, { id, taskId }: Attempt): Promise<boolean> {
  const attempts = await reader.attemptsOf(taskId);
  return attempts.some((attempt) => attempt.id === id && isLive(attempt.state));
}

type Turns = Iterable<undefined> | AsyncIterable<undefined>;

async function copyRaw(cli: Cli, file: string, reading: Turns): Promise<void> {
  let start = 0;
  for await (const _turn of reading) {
    // It is made when the agent starts.
    if (!existsSync(file)) continue;
    const stream = createReadStream(file, { start });
    const stdout = cli.stdout();
    await pipeline(stream, stdout, { end: false }).catch((error: unknown) => {
      throw outputError(stdout.fd, error);
    });
    start += stream.bytesRead;
  }
}

async function showEvents(
  terminal: Terminal,
  lines: LineFollower,
  parser: StreamParser,
  reading: Turns,
): Promise<void> {
  const print = (some: readonly string[]): void => {
    for (const event of some.flatMap((line) => parser.push(line))) printEvent(terminal, event);
  };
  for await (const _turn of reading) {
    for (let some = await lines.next(); some.length > 0; some = await lines.next()) print(some);
  }
  print(await lines.end());
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
      return terminal.style("cyan", printable(`▸ ${event.name} ${event.summary}`));
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
