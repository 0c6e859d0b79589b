import type { Command } from "commander";
import type { Cli } from "../cli.ts";

export function describeStart(command: Command, cli: Cli): void {
  command
    .description("queue a task")
    .argument("[agent]", "who is to work it (default: the project's default agent)")
    .argument("[prompt]", "what is to be done")
    .option("-f, --file <file>", "read the prompt from a file")
    .option("--stdin", "read the prompt from standard input")
    .option("--title <title>", "a short name (default: the prompt's first line)")
    .option("--id <id>", "an id of your own (default: a random one)")
    .option("-p, --priority <number>", "higher is more urgent")
    .option("-a, --after <id>", "start when this task is complete; may be repeated", listed)
    .option("--timeout <duration>", "end an attempt after this long: 90s, 15m, 2h")
    .option("--max-retries <number>", "retries before a person is asked")
    .option("-c, --check <command>", "a command that must pass; may be repeated", listed)
    .option("--criterion <text>", "an acceptance criterion; may be repeated", listed)
    .option("--target <branch>", "the branch the work is for (default: the one you are on)")
    .option("--no-merge", "leave the work on its own branch")
    .action(async (agent, prompt, options) =>
      (await import("../commands/start.ts")).start(cli, { agent, prompt, ...options }),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  orchestra start 'Fix the flaky login test'\n  orchestra start claude 'Add a --verbose flag' --after k3f9 --check 'npm test'\n  orchestra start claude,codex 'Fix the flaky login test'     # codex, while claude has met its usage limit\n  orchestra start -f task.md --priority 8",
    );
}

/** One value an option: one that takes all that follows would take the prompt, too. */
function listed(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export function describeCancel(command: Command, cli: Cli): void {
  command
    .description("stop tasks; their work is kept")
    .argument("<id...>", "the tasks, or the beginnings of their ids")
    .option("--cascade", "abandon the tasks that wait for it, too")
    .option("--dry-run", "show what would be stopped")
    .action(async (ids, options) =>
      (await import("../commands/cancel.ts")).cancel(cli, ids, options),
    )
    .addHelpText("after", "\nExample:\n  orchestra cancel k3f9");
}

export function describeRetry(command: Command, cli: Cli): void {
  command
    .description(
      "send a task back to work that waits for you or for its time, or was cancelled or abandoned",
    )
    .argument("<id...>", "the tasks, or the beginnings of their ids")
    .option("-m, --note <text>", "what to do differently; the agent is told")
    .action(async (ids, options) => (await import("../commands/retry.ts")).retry(cli, ids, options))
    .addHelpText(
      "after",
      "\nExamples:\n  orchestra retry k3f9 -m 'Use the v2 API'\n  orchestra retry k3f9     # a usage limit is over before its time",
    );
}

export function describeResolve(command: Command, cli: Cli): void {
  command
    .description("answer a task that waits for you")
    .argument("<id>", "the task, or the beginning of its id")
    .option("--retry", "send it back to work")
    .option("-m, --note <text>", "with --retry: what to do differently; the agent is told")
    .option("--abandon", "give it up")
    .option("--cascade", "abandon the tasks that wait for it, too")
    .option("--spawn <prompt>", "put another task in its place")
    .action(async (id, options) =>
      (await import("../commands/resolve.ts")).resolve(cli, id, options),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  orchestra resolve k3f9 --retry -m 'The port is 8081'\n  orchestra resolve k3f9 --abandon",
    );
}
