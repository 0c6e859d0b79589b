import type { Command } from "commander";
import type { Cli } from "../cli.ts";

const EXAMPLES =
  "\nExamples:\n  orchestra deps show k3f9\n  orchestra deps graph --format mermaid > tasks.mmd\n  orchestra deps graph k3f9 --format dot | dot -Tsvg > tasks.svg\n  orchestra deps validate";

export function describeDeps(command: Command, cli: Cli): void {
  command.description("show what waits for what, draw it, and find what can never complete");
  command
    .command("show", { isDefault: true })
    .description("what a task waits for and what waits for it; without one, who waits for whom")
    .argument("[task]", "the task, or the beginning of its id")
    .option("--all", "without a task: those that have ended, too")
    .action(async (task, options) =>
      (await import("../commands/deps.ts")).showDeps(cli, task, options),
    )
    .addHelpText("after", "\nExample:\n  orchestra deps show k3f9");
  command
    .command("graph")
    .description("draw what is left to do, or all that is around a task, however far")
    .argument("[task]", "the task, or the beginning of its id")
    .addOption(
      command
        .createOption("--format <format>", "for you, for Graphviz or for Mermaid")
        .choices(["text", "dot", "mermaid"])
        .default("text"),
    )
    .option("--all", "without a task: those that have ended, too")
    .action(async (task, options) =>
      (await import("../commands/deps.ts")).drawDeps(cli, task, options),
    )
    .addHelpText("after", "\nExample:\n  orchestra deps graph --format mermaid > tasks.mmd");
  command
    .command("validate")
    .description("find cycles, and tasks that wait for what will never complete")
    .argument("[task]", "the task, or the beginning of its id")
    .action(async (task) => (await import("../commands/deps.ts")).validateDeps(cli, task))
    .addHelpText(
      "after",
      "\nEnds with 0 when all can complete, 1 when something never can, 4 when all that is wanting is your answer.\n\nExample:\n  orchestra deps validate",
    );
  command.addHelpText("after", EXAMPLES);
}
