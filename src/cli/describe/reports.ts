import type { Command } from "commander";
import type { Cli } from "../cli.ts";

export function describePs(command: Command, cli: Cli): void {
  command
    .description(
      "show the agents that are at work: since when, how long quiet, what it cost so far",
    )
    .action(async () => (await import("../commands/ps.ts")).ps(cli))
    .addHelpText("after", "\nExamples:\n  orchestra ps\n  orchestra ps --json");
}

export function describeWait(command: Command, cli: Cli): void {
  command
    .description("block until tasks, or the whole queue, come to rest")
    .argument("[task...]", "the tasks, or the beginnings of their ids (default: the queue)")
    .option("--timeout <duration>", "give up after this long: 90s, 15m, 2h")
    .action(async (tasks, options) =>
      (await import("../commands/wait.ts")).wait(cli, tasks, options),
    )
    .addHelpText(
      "after",
      "\nAt rest is what does not go on by itself. Ends with 0 when all is done, 1 when a task that was named was\ncancelled or abandoned, 3 when an agent is not configured, 4 when something waits for you, 6 when the time is up.\n\nExamples:\n  orchestra wait k3f9 --timeout 30m && git push\n  orchestra wait",
    );
}

export function describeCost(command: Command, cli: Cli): void {
  command
    .description("add up tokens and cost, of failed and killed attempts, too")
    .addOption(
      command
        .createOption("--by <key>", "what to add up by; days are those of UTC")
        .choices(["agent", "task", "day"])
        .default("agent"),
    )
    .action(async (options) => (await import("../commands/cost.ts")).cost(cli, options))
    .addHelpText(
      "after",
      "\nWhat was archived is no longer on the blackboard, and not in the sums.\n\nExamples:\n  orchestra cost\n  orchestra cost --by day --json",
    );
}

export function describeCompare(command: Command, cli: Cli): void {
  command
    .description("show the attempts of a task, or the latest of several tasks, side by side")
    .argument("<task...>", "the tasks, or the beginnings of their ids")
    .action(async (tasks) => (await import("../commands/compare.ts")).compare(cli, tasks))
    .addHelpText(
      "after",
      "\nExamples:\n  orchestra compare k3f9\n  orchestra compare k3f9 p8w2 v4t6",
    );
}
