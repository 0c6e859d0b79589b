import type { Command } from "commander";
import type { Cli } from "../cli.ts";

export function describeSend(command: Command, cli: Cli): void {
  command
    .description("say something to the agent that works a task, now or in its next turn")
    .argument("<id>", "the task, or the beginning of its id")
    .argument("<text>", "what is to be said")
    .action(async (id, text) => (await import("../commands/send.ts")).send(cli, id, text))
    .addHelpText(
      "after",
      "\nAn agent that listens while it works hears it at once (Claude Code). Any other one hears it when its turn is over, in\nthe same session where it has one. Of a task that nobody works yet it becomes a part of the prompt. A task is not complete\nbefore it has heard all that was said to it.\n\nExample:\n  orchestra send k3f9 'The port is 8081'",
    );
}

export function describeInterrupt(command: Command, cli: Cli): void {
  command
    .description("break off what an agent does, and have it go on with something else")
    .argument("<id>", "the task, or the beginning of its id")
    .argument("[text]", "what it goes on with (default: to look again at what it does)")
    .action(async (id, text) => (await import("../commands/send.ts")).interrupt(cli, id, text))
    .addHelpText(
      "after",
      "\nThe turn at work ends at once, and the session goes on with the text. An agent that does not listen while it works is\nended, and started again in its session; that costs no retry.\n\nExamples:\n  orchestra interrupt k3f9 'Not in the parser: mend the lexer'\n  orchestra interrupt k3f9",
    );
}

export function describePause(command: Command, cli: Cli): void {
  command
    .description("keep tasks from being worked; their sessions and their work are kept")
    .argument("[id...]", "the tasks, or the beginnings of their ids")
    .option(
      "--all",
      "every task that has not ended and does not wait for you; those added later are worked",
    )
    .action(async (ids, options) => (await import("../commands/pause.ts")).pause(cli, ids, options))
    .addHelpText(
      "after",
      "\nAn agent at work is ended, at no cost of a retry. What an agent has finished is still checked and merged. `orchestra run`\ndoes not wait for what is paused.\n\nExamples:\n  orchestra pause k3f9\n  orchestra pause --all",
    );
}

export function describeResume(command: Command, cli: Cli): void {
  command
    .description("have tasks worked again that were paused, in their sessions")
    .argument("[id...]", "the tasks, or the beginnings of their ids")
    .option("--all", "every task that is paused")
    .action(async (ids, options) =>
      (await import("../commands/pause.ts")).resume(cli, ids, options),
    )
    .addHelpText("after", "\nExamples:\n  orchestra resume k3f9\n  orchestra resume --all");
}
