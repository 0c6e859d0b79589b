import type { Command } from "commander";
import type { Cli } from "../cli.ts";

export function describeTimeout(command: Command, cli: Cli): void {
  command.description("show how much time agents have left, give them more, or end one now");
  command
    .command("list", { isDefault: true })
    .description(
      "the agents at work: their limit, what they have used of it, how long they are quiet",
    )
    .action(async () => (await import("../commands/timeout.ts")).listTimeouts(cli))
    .addHelpText("after", "\nExample:\n  orchestra timeout list");
  command
    .command("extend")
    .description("give a task more time: the attempt at work, and those after it")
    .argument("<task>", "the task, or the beginning of its id")
    .argument("<duration>", "how much more: 90s, 15m, 2h")
    .action(async (task, duration) =>
      (await import("../commands/timeout.ts")).extendTimeout(cli, task, duration),
    )
    .addHelpText("after", "\nExample:\n  orchestra timeout extend k3f9 30m");
  command
    .command("now")
    .description("end a task's agent as if its time were up; the task goes to another attempt")
    .argument("<task>", "the task, or the beginning of its id")
    .action(async (task) => (await import("../commands/timeout.ts")).timeOutNow(cli, task))
    .addHelpText(
      "after",
      "\nThe next attempt goes on from its work, while the task has retries left; then you are asked. `orchestra cancel`\nends a task for good.\n\nExample:\n  orchestra timeout now k3f9",
    );
  command.addHelpText(
    "after",
    "\nTime counts while the machine is awake. New tasks get `defaults.timeout` and `defaults.stall` of orchestra.yaml.\n\nExamples:\n  orchestra timeout list\n  orchestra timeout extend k3f9 30m\n  orchestra timeout now k3f9",
  );
}
