import { Command, type CommanderError } from "commander";
import { OrchestraError } from "../core/errors.ts";
import type { Cli } from "./cli.ts";
import {
  describeArchive,
  describeBackup,
  describeExport,
  describeImport,
  describeRecover,
} from "./describe/keeping.ts";
import {
  describeStatus,
  describeShow,
  describeLogs,
  describeDiff,
  describeReplay,
} from "./describe/looking.ts";
import { describeInit, describeRun, describeDoctor } from "./describe/project.ts";
import { describeStart, describeCancel, describeRetry, describeResolve } from "./describe/tasks.ts";

/**
 * Reads what a person typed. Each command's code is loaded only when it runs, and only the command
 * that was typed is described to the parser, unless help is what was asked for.
 */
export function createProgram(cli: Cli, typed: readonly string[]): Command {
  const name = typed.find((word) => !word.startsWith("-")) ?? "";
  const only = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const { terminal } = cli;
  const program = new Command("orchestra")
    .description("Works a queue of software tasks with AI coding agents, and loses nothing.")
    .version(cli.version, "-V, --version")
    .option("--json", "print one JSON value on standard output, and nothing else")
    .option(
      "--store <url>",
      "where the blackboard is: postgres://…, mysql://…, files:FOLDER or sqlite:FILE",
    )
    .on("option:store", (url: string) => cli.useStore(url))
    .option("--debug", "with an error, print where it came from")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      // With --json, standard output is for values alone.
      writeOut: (text) => (terminal.isJson ? terminal.note : terminal.say)(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      // What is wrong is thrown, and told where all errors are.
      outputError: () => undefined,
    })
    .exitOverride((ended) => {
      if (ended.exitCode === 0 || (isHelp(ended) && !terminal.isJson)) throw ended;
      throw misuse(ended, only ? `orchestra ${name}` : "orchestra");
    });
  if (only) only(program.command(name), cli);
  else
    for (const [other, describe] of Object.entries(COMMANDS)) describe(program.command(other), cli);
  return program;
}

function isHelp({ code }: CommanderError): boolean {
  return code === "commander.help";
}

/** `error: what is wrong.` and perhaps `(Did you mean this?)` on a line of its own. */
const COMMANDERS_WORDS = /^(?:error: )?([^]*?)\.?(?:\n\((Did you mean [^\n]*\?)\))?$/;
/** They hold what was typed, however long it is. */
const WORDS_LENGTH_MAX = 300;

/** Commander's words on one line, with where to look. */
function misuse(ended: CommanderError, command: string): OrchestraError {
  const words = isHelp(ended) ? "no command was given" : ended.message;
  const [, what = "", hint = ""] = COMMANDERS_WORDS.exec(words) ?? [];
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1, WORDS_LENGTH_MAX)}.`;
  return new OrchestraError(
    "INVALID_ARGUMENT",
    `${[sentence, hint].filter(Boolean).join(" ")} \`${command} --help\` shows what there is.`,
  );
}

/** In the order in which help lists them. */
const COMMANDS: Readonly<Record<string, (command: Command, cli: Cli) => void>> = {
  init: describeInit,
  start: describeStart,
  run: describeRun,
  status: describeStatus,
  show: describeShow,
  logs: describeLogs,
  diff: describeDiff,
  replay: describeReplay,
  doctor: describeDoctor,
  cancel: describeCancel,
  retry: describeRetry,
  resolve: describeResolve,
  recover: describeRecover,
  backup: describeBackup,
  export: describeExport,
  import: describeImport,
  archive: describeArchive,
};
