import type { Command } from "commander";
import type { Cli } from "../cli.ts";

export function describeStatus(command: Command, cli: Cli): void {
  command
    .description("show what is going on")
    .option("-w, --watch", "keep showing it")
    .action(async (options) => (await import("../commands/status.ts")).status(cli, options))
    .addHelpText("after", "\nExamples:\n  orchestra status\n  orchestra status --json");
}

export function describeShow(command: Command, cli: Cli): void {
  command
    .description("show everything about a task: attempts, evidence, what happened when")
    .argument("<id>", "the task, or the beginning of its id")
    .action(async (id) => (await import("../commands/show.ts")).show(cli, id))
    .addHelpText("after", "\nExample:\n  orchestra show k3f9");
}

export function describeLogs(command: Command, cli: Cli): void {
  command
    .description("show what a task's agent says and does")
    .argument("<id>", "the task, or the beginning of its id")
    .option("-f, --follow", "go on until the attempt ends")
    .option("--attempt <number>", "which attempt (default: the latest)")
    .option("--raw", "the agent's own output as it is")
    .action(async (id, options) => (await import("../commands/logs.ts")).logs(cli, id, options))
    .addHelpText(
      "after",
      "\nWith --json it prints an event a line.\n\nExample:\n  orchestra logs k3f9 -f",
    );
}

export function describeDiff(command: Command, cli: Cli): void {
  command
    .description("show what a task changed")
    .argument("<id>", "the task, or the beginning of its id")
    .option("--stat", "only the files and how much changed in them")
    .option("--attempt <number>", "which attempt (default: the latest)")
    .action(async (id, options) => (await import("../commands/diff.ts")).diff(cli, id, options))
    .addHelpText("after", "\nExample:\n  orchestra diff k3f9 --stat");
}

export function describeReplay(command: Command, cli: Cli): void {
  command
    .description("show a run as it was, from its events, and what changed since")
    .argument("[run]", "the run (default: queue, which has the tasks started by hand)")
    .option("--at <moment>", "the number of an event, a time, or how long ago (default: now)")
    .action(async (run, options) =>
      (await import("../commands/replay.ts")).replay(cli, run, options),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  orchestra replay queue --at 120\n  orchestra replay --at 15m\n  orchestra replay --at 2026-11-21T10:04",
    );
}
