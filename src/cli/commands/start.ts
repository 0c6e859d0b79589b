import { createReadStream } from "node:fs";
import { whyUnreadable } from "../../core/errno.ts";
import { OrchestraError } from "../../core/errors.ts";
import { STANDING_RUN } from "../../core/run.ts";
import { executeOrThrow } from "../../store/execute.ts";
import type { Project } from "../../app.ts";
import { defineTask, promptTooLong, PROMPT_BYTES_MAX } from "../../intake/define-task.ts";
import type { Cli } from "../cli.ts";
import { findTask } from "../find-task.ts";
import { sayHowToWork } from "../project-actions.ts";
import { printable } from "../terminal.ts";
import { parseDurationOption, parseNumberOption } from "../option-values.ts";

export type StartOptions = {
  readonly agent?: string;
  readonly prompt?: string;
  readonly file?: string;
  readonly stdin?: boolean;
  readonly title?: string;
  readonly id?: string;
  readonly priority?: string;
  readonly after?: readonly string[];
  readonly timeout?: string;
  readonly maxRetries?: string;
  readonly check?: readonly string[];
  readonly criterion?: readonly string[];
  readonly target?: string;
  /** `false` with `--no-merge`. */
  readonly merge?: boolean;
};

/** Queues one task. Everything is checked first; a mistake changes nothing. */
export async function start(cli: Cli, options: StartOptions): Promise<void> {
  const { agent, prompt } = await request(cli, options);
  const given = numbers(options);
  await using project = await cli.openProject();
  const definition = await defineTask(project, {
    ...given,
    id: options.id,
    title: options.title,
    prompt,
    agent,
    dependsOn: await dependencies(project, options.after ?? []),
    acceptanceCriteria: lines("--criterion", options.criterion),
    checks: lines("--check", options.check),
    targetBranch: options.target,
    merges: options.merge,
  });
  await executeOrThrow(project.store, {
    type: "add_tasks",
    nowMs: cli.clock.nowMs(),
    runId: STANDING_RUN,
    tasks: [definition],
  });

  cli.terminal.json({ id: definition.id, title: definition.title, agent: definition.agent });
  cli.terminal.say(
    `${definition.id} queued for ${definition.agent}: ${printable(definition.title)}`,
  );
  await sayHowToWork(project, cli.terminal);
}

/** One argument is the prompt; of two, the first is the agent. */
async function request(
  cli: Cli,
  options: StartOptions,
): Promise<{ agent: string | undefined; prompt: string }> {
  const isElsewhere = options.file !== undefined || options.stdin === true;
  const words = [options.agent, options.prompt].filter((word) => word !== undefined);
  if ((isElsewhere && words.length > 1) || (options.file !== undefined && options.stdin)) {
    throw misuse("Give the prompt once: as an argument, with --file, or with --stdin.");
  }
  const agent = isElsewhere || words.length === 2 ? words[0] : undefined;
  const prompt = isElsewhere ? await promptFrom(cli, options) : (words.at(-1) ?? "");
  if (prompt.trim() === "") throw misuse("Say what is to be done: orchestra start 'Fix the …'");
  return { agent, prompt };
}

async function promptFrom(cli: Cli, { file }: StartOptions): Promise<string> {
  const bytes = await beginning(file === undefined ? cli.stdin() : bytesOf(file));
  if (bytes.length > PROMPT_BYTES_MAX) throw promptTooLong();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw misuse("The prompt is not valid UTF-8; convert it first.", cause);
  }
}

async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file);
  } catch (cause) {
    const why = whyUnreadable(cause) ?? "the system refuses it";
    throw misuse(`Could not read the prompt from ${file}: ${why}.`, cause);
  }
}

/** All bytes, or more than a prompt may have: some sources have no end. */
async function beginning(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of source) {
    parts.push(part);
    length += part.length;
    if (length > PROMPT_BYTES_MAX) break;
  }
  return Buffer.concat(parts);
}

function numbers(options: StartOptions): {
  priority: number | undefined;
  timeoutMs: number | undefined;
  maxRetries: number | undefined;
} {
  return {
    priority: parseNumberOption("--priority", options.priority, { min: -100, max: 100 }),
    timeoutMs: parseDurationOption("--timeout", options.timeout),
    maxRetries: parseNumberOption("--max-retries", options.maxRetries, { min: 0, max: 100 }),
  };
}

async function dependencies(project: Project, typed: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const one of typed.flatMap((text) => text.split(","))) {
    ids.push((await findTask(project.store, one.trim())).id);
  }
  return ids;
}

/** What an empty variable of a script would make of a check passes always. */
function lines(name: string, typed: readonly string[] = []): readonly string[] {
  if (typed.every((line) => line.trim() !== "")) return typed;
  throw misuse(`${name} is empty; say what it is, or leave it out.`);
}

function misuse(message: string, cause?: unknown): OrchestraError {
  return new OrchestraError("INVALID_ARGUMENT", message, { cause });
}
