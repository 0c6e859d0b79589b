import { CommanderError } from "commander";
import { OrchestraError } from "../core/errors.ts";
import { openCli } from "./cli.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { createProgram } from "./program.ts";
import type { Terminal } from "./terminal.ts";

// No top-level await: the bundle is CommonJS, which Node loads faster.
void main(process.argv).then((code) => {
  process.exitCode = code;
});

async function main(argv: readonly string[]): Promise<number> {
  const cli = openCli(process, argv.includes("--json"));
  try {
    await createProgram(cli, argv.slice(2)).parseAsync(argv);
    return cli.exitCode.value;
  } catch (error) {
    return report(error, cli.terminal, argv.includes("--debug"));
  }
}

/** Says what went wrong, in one place for all commands, and turns it into an exit code. */
function report(error: unknown, terminal: Terminal, isDebug: boolean): number {
  // A reader that went away, like `head`, is no failure.
  if (error instanceof Error && "code" in error && error.code === "EPIPE") return EXIT.done;
  // Commander has said it already; help and version are no mistakes.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misuse;

  const known = error instanceof OrchestraError;
  const code = known ? error.code : "INTERNAL";
  const message = error instanceof Error ? error.message : String(error);
  terminal.json({ error: { code, message } });
  terminal.note(`orchestra: ${message}`);
  if ((!known || isDebug) && error instanceof Error) terminal.note(error.stack ?? "");
  return known ? exitCodeOf(error.code) : EXIT.workFailed;
}
