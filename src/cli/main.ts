import { inspect } from "node:util";
import { CommanderError } from "commander";
import { OrchestraError, type ErrorCode } from "../core/errors.ts";
import { openCli, type Cli } from "./cli.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { createProgram, meantSubcommand } from "./program.ts";
import { explainedRefusal } from "./system-refusal.ts";
import { isReaderGone, printable, type Terminal } from "./terminal.ts";

// No top-level await: the bundle is CommonJS, which Node loads faster.
void main(process.argv).then((code) => {
  process.exitCode = code;
});

async function main(argv: readonly string[]): Promise<number> {
  const cli = openCli(process, argv.includes("--json"));
  try {
    const program = await createProgram(cli, argv.slice(2));
    await program.parseAsync(argv);
    return cli.exitCode.value;
  } catch (error) {
    // A reader that went away, like `head`, is no failure.
    if (isReaderGone(error)) return cli.exitCode.value;
    // Help or the version was asked for, and is shown.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misuse;
    const told = await withHint(cli, await explainedRefusal(error), argv.slice(2));
    return report(told, cli.terminal, argv.includes("--debug"));
  }
}

const UNKNOWN_COMMAND = "commander.unknownCommand";
const MISTYPED: readonly ErrorCode[] = ["TASK_NOT_FOUND", "INVALID_ARGUMENT"];

/** A mistyped subcommand is read as a task, or as an argument too many. */
async function withHint(cli: Cli, error: unknown, typed: readonly string[]): Promise<unknown> {
  if (!(error instanceof OrchestraError) || !MISTYPED.includes(error.code)) return error;
  // There it has said so itself.
  if (error.cause instanceof CommanderError && error.cause.code === UNKNOWN_COMMAND) return error;
  const meant = await meantSubcommand(cli, typed);
  if (meant === undefined) return error;
  const message = `${error.message} Did you mean \`${meant}\`?`;
  return new OrchestraError(error.code, message, { cause: error.cause });
}

/** Says what went wrong, in one place for all commands, and turns it into an exit code. */
function report(error: unknown, terminal: Terminal, isDebug: boolean): number {
  const known = error instanceof OrchestraError;
  const code = known ? error.code : "INTERNAL";
  const message = error instanceof Error ? error.message : String(error);
  terminal.note(`orchestra: ${printable(message).replaceAll("\n", " ")}`);
  if (!known) terminal.note("It is a bug, or the blackboard is damaged: orchestra doctor tells.");
  if (!known || isDebug) terminal.note(inspect(error));
  sayJson(terminal, { error: { code, message } });
  return known ? exitCodeOf(error.code) : EXIT.workFailed;
}

/** On one line, also for who reads a stream of values. */
function sayJson(terminal: Terminal, value: unknown): void {
  try {
    if (terminal.isJson) terminal.jsonLine(value);
  } catch {
    // Standard output is what failed; standard error has it.
  }
}
