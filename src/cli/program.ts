import { Command } from "commander";
import type { Cli } from "./cli.ts";

/**
 * Reads what a person typed. Each command's code is loaded only when it runs, and only the command
 * that was typed is described to the parser, unless help is what was asked for.
 */
export function createProgram(cli: Cli, typed: readonly string[]): Command {
  const program = new Command("orchestra")
    .description("Works a queue of software tasks with AI coding agents, and loses nothing.")
    .version(cli.version, "-V, --version")
    .option("--json", "print one JSON value on standard output, and nothing else")
    .showHelpAfterError("(orchestra --help lists the commands)")
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  const name = typed.find((word) => !word.startsWith("-")) ?? "";
  const only = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (only) only(program.command(name), cli);
  else
    for (const [other, describe] of Object.entries(COMMANDS)) describe(program.command(other), cli);
  return program;
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
  doctor: describeDoctor,
  cancel: describeCancel,
  retry: describeRetry,
  resolve: describeResolve,
  recover: describeRecover,
};

function describeInit(command: Command, cli: Cli): void {
  command
    .description("set this repository up: finds agents and the test command, writes orchestra.yaml")
    .option("--dry-run", "show what would be written")
    .action(async (options) => (await import("./commands/init.ts")).init(cli, options))
    .addHelpText("after", "\nExample:\n  orchestra init");
}

function describeStart(command: Command, cli: Cli): void {
  command
    .description("queue a task")
    .argument("[agent]", "who is to work it (default: the project's default agent)")
    .argument("[prompt]", "what is to be done")
    .option("-f, --file <file>", "read the prompt from a file")
    .option("--stdin", "read the prompt from standard input")
    .option("--title <title>", "a short name (default: the prompt's first line)")
    .option("--id <id>", "an id of your own (default: a random one)")
    .option("-p, --priority <number>", "higher is more urgent")
    .option("-a, --after <id...>", "start when these tasks are complete")
    .option("--timeout <duration>", "end an attempt after this long: 90s, 15m, 2h")
    .option("--max-retries <number>", "retries before a person is asked")
    .option("-c, --check <command...>", "a command that must pass on the work")
    .option("--criterion <text...>", "an acceptance criterion")
    .option("--target <branch>", "the branch the work is for (default: the one you are on)")
    .option("--no-merge", "leave the work on its own branch")
    .action(async (agent, prompt, options) =>
      (await import("./commands/start.ts")).start(cli, { agent, prompt, ...options }),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  orchestra start 'Fix the flaky login test'\n  orchestra start claude 'Add a --verbose flag' --after k3f9 --check 'npm test'\n  orchestra start -f task.md --priority 8",
    );
}

function describeRun(command: Command, cli: Cli): void {
  command
    .description("work the queue until it is empty")
    .option("-p, --parallel <number>", "attempts at a time")
    .action(async (options) => (await import("./commands/run.ts")).run(cli, options))
    .addHelpText(
      "after",
      "\nCtrl-C once stops taking work and leaves agents running; twice stops them and keeps their work.\n\nExample:\n  orchestra run -p 4",
    );
}

function describeStatus(command: Command, cli: Cli): void {
  command
    .description("show what is going on")
    .option("-w, --watch", "keep showing it")
    .action(async (options) => (await import("./commands/status.ts")).status(cli, options))
    .addHelpText("after", "\nExamples:\n  orchestra status\n  orchestra status --json");
}

function describeShow(command: Command, cli: Cli): void {
  command
    .description("show everything about a task: attempts, evidence, what happened when")
    .argument("<id>", "the task, or the beginning of its id")
    .action(async (id) => (await import("./commands/show.ts")).show(cli, id))
    .addHelpText("after", "\nExample:\n  orchestra show k3f9");
}

function describeLogs(command: Command, cli: Cli): void {
  command
    .description("show what a task's agent says and does")
    .argument("<id>", "the task, or the beginning of its id")
    .option("-f, --follow", "go on until the attempt ends")
    .option("--attempt <number>", "which attempt (default: the latest)")
    .option("--raw", "the agent's own output as it is")
    .action(async (id, options) => (await import("./commands/logs.ts")).logs(cli, id, options))
    .addHelpText("after", "\nExample:\n  orchestra logs k3f9 -f");
}

function describeDiff(command: Command, cli: Cli): void {
  command
    .description("show what a task changed")
    .argument("<id>", "the task, or the beginning of its id")
    .option("--stat", "only the files and how much changed in them")
    .option("--attempt <number>", "which attempt (default: the latest)")
    .action(async (id, options) => (await import("./commands/diff.ts")).diff(cli, id, options))
    .addHelpText("after", "\nExample:\n  orchestra diff k3f9 --stat");
}

function describeDoctor(command: Command, cli: Cli): void {
  command
    .description("check that everything Orchestra needs is there and works")
    .action(async () => (await import("./commands/doctor.ts")).doctor(cli))
    .addHelpText("after", "\nExample:\n  orchestra doctor");
}

function describeCancel(command: Command, cli: Cli): void {
  command
    .description("stop tasks; their work is kept")
    .argument("<id...>", "the tasks, or the beginnings of their ids")
    .option("--cascade", "abandon the tasks that wait for it, too")
    .option("--dry-run", "show what would be stopped")
    .action(async (ids, options) =>
      (await import("./commands/cancel.ts")).cancel(cli, ids, options),
    )
    .addHelpText("after", "\nExample:\n  orchestra cancel k3f9");
}

function describeRetry(command: Command, cli: Cli): void {
  command
    .description("send a task back to work that waits for you, was cancelled or was abandoned")
    .argument("<id...>", "the tasks, or the beginnings of their ids")
    .option("-m, --note <text>", "what to do differently; the agent is told")
    .action(async (ids, options) => (await import("./commands/retry.ts")).retry(cli, ids, options))
    .addHelpText("after", "\nExample:\n  orchestra retry k3f9 -m 'Use the v2 API'");
}

function describeResolve(command: Command, cli: Cli): void {
  command
    .description("answer a task that waits for you")
    .argument("<id>", "the task, or the beginning of its id")
    .option("--retry", "send it back to work")
    .option("-m, --note <text>", "with --retry: what to do differently; the agent is told")
    .option("--abandon", "give it up")
    .option("--cascade", "abandon the tasks that wait for it, too")
    .option("--spawn <prompt>", "put another task in its place")
    .action(async (id, options) =>
      (await import("./commands/resolve.ts")).resolve(cli, id, options),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  orchestra resolve k3f9 --retry -m 'The port is 8081'\n  orchestra resolve k3f9 --abandon",
    );
}

function describeRecover(command: Command, cli: Cli): void {
  command
    .description("list work that was kept when something was removed, or bring it back")
    .argument("[ref]", "what to bring back, as the list names it")
    .option("-b, --branch <name>", "the branch to make of it")
    .action(async (ref, options) =>
      (await import("./commands/recover.ts")).recover(cli, ref, options),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  orchestra recover\n  orchestra recover k3f9/2 --branch saved-work",
    );
}
