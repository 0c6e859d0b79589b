import type { Command } from "commander";
import type { Cli } from "../cli.ts";

export function describeAttach(command: Command, cli: Cli): void {
  command
    .description("go on with a task's agent yourself, in its session and its worktree")
    .argument("<id>", "the task, or the beginning of its id")
    .option("--print", "only show the command that does it")
    .action(async (id, options) => (await import("../commands/attach.ts")).attach(cli, id, options))
    .addHelpText(
      "after",
      "\nThe task has ended, waits for you or is paused; while its agent is at work, what it says is shown. What you spend there is\nin none of the sums.\n\nExamples:\n  orchestra attach k3f9\n  orchestra attach k3f9 --print",
    );
}
