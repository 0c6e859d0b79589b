import { Command, type CommanderError } from "commander";
import { nearMiss } from "../config/near-miss.ts";
import { OrchestraError } from "../core/errors.ts";
import type { Cli } from "./cli.ts";
import { exitCodeRows } from "./exit-codes.ts";
import {
  describeArchive,
  describeBackup,
  describeClean,
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
import { describeAgents, describeInit, describeRun, describeDoctor } from "./describe/project.ts";
import { describeStart, describeCancel, describeRetry, describeResolve } from "./describe/tasks.ts";

/**
 * Reads what a person typed. Each command's code is loaded only when it runs, and only the command
 * that was typed is described to the parser, unless help is what was asked for.
 */
export async function createProgram(cli: Cli, typed: readonly string[]): Promise<Command> {
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
    .addHelpText("after", exitCodesText)
    .configureOutput({
      // With --json, standard output is for values alone.
      writeOut: (text) => (terminal.isJson ? terminal.note : terminal.say)(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      // What is wrong is thrown, and told where all errors are.
      outputError: () => undefined,
    })
    .exitOverride((ended) => {
      if (ended.exitCode === 0 || (isHelp(ended) && !terminal.isJson)) throw ended;
      throw misuse(ended, pathOf(program, typed));
    });
  const described = only ? [[name, only] as const] : Object.entries(COMMANDS);
  for (const [name, describe] of described) (await describe())(program.command(name), cli);
  return program;
}

/** The command that was typed, down to its subcommand: each has a help of its own. */
function pathOf(program: Command, typed: readonly string[]): string {
  let command = program;
  const path = [program.name()];
  for (const word of typed.filter((one) => !one.startsWith("-"))) {
    const found = command.commands.find((one) => one.name() === word);
    if (!found) break;
    command = found;
    path.push(word);
  }
  return path.join(" ");
}

/** The subcommand that was most likely meant by a word that was taken for something else. */
export async function meantSubcommand(
  cli: Cli,
  typed: readonly string[],
): Promise<string | undefined> {
  const [name = "", word = ""] = typed.filter((one) => !one.startsWith("-"));
  const describe = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!describe || word === "") return undefined;
  const command = new Command(name);
  (await describe())(command, cli);
  const names = command.commands.map((one) => one.name());
  const meant = names.includes(word) ? undefined : nearMiss(word, names);
  return meant && `orchestra ${name} ${meant}`;
}

function exitCodesText(): string {
  const rows = exitCodeRows().map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`);
  return ["\nExit codes:", ...rows].join("\n");
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
    { cause: ended },
  );
}

type Describe = (command: Command, cli: Cli) => void;

/**
 * In the order in which help lists them. The words of those that are typed now and then are loaded
 * with the command, so that the everyday ones start as fast however many there are.
 */
const COMMANDS: Readonly<Record<string, () => Describe | Promise<Describe>>> = {
  init: () => describeInit,
  start: () => describeStart,
  run: () => describeRun,
  daemon: async () => (await import("./describe/daemon.ts")).describeDaemon,
  status: () => describeStatus,
  ps: async () => (await import("./describe/reports.ts")).describePs,
  wait: async () => (await import("./describe/reports.ts")).describeWait,
  show: () => describeShow,
  logs: () => describeLogs,
  attach: async () => (await import("./describe/attach.ts")).describeAttach,
  diff: () => describeDiff,
  deps: async () => (await import("./describe/relations.ts")).describeDeps,
  cost: async () => (await import("./describe/reports.ts")).describeCost,
  compare: async () => (await import("./describe/reports.ts")).describeCompare,
  replay: () => describeReplay,
  doctor: () => describeDoctor,
  agents: () => describeAgents,
  cancel: () => describeCancel,
  retry: () => describeRetry,
  resolve: () => describeResolve,
  timeout: async () => (await import("./describe/timeout.ts")).describeTimeout,
  send: async () => (await import("./describe/steering.ts")).describeSend,
  interrupt: async () => (await import("./describe/steering.ts")).describeInterrupt,
  pause: async () => (await import("./describe/steering.ts")).describePause,
  resume: async () => (await import("./describe/steering.ts")).describeResume,
  config: async () => (await import("./describe/settings.ts")).describeConfig,
  recover: () => describeRecover,
  clean: () => describeClean,
  backup: () => describeBackup,
  export: () => describeExport,
  import: () => describeImport,
  archive: () => describeArchive,
  completion: async () => {
    const { describeCompletion } = await import("./describe/completion.ts");
    return (command, cli) => {
      describeCompletion(command, cli, async () => createProgram(cli, []));
    };
  },
};
