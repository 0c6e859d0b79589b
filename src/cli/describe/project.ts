import type { Command } from "commander";
import type { Cli } from "../cli.ts";

export function describeInit(command: Command, cli: Cli): void {
  command
    .description("set this repository up: finds agents and the test command, writes orchestra.yaml")
    .option("--dry-run", "show what would be written")
    .action(async (options) => (await import("../commands/init.ts")).init(cli, options))
    .addHelpText("after", "\nExample:\n  orchestra init");
}

export function describeRun(command: Command, cli: Cli): void {
  command
    .description("work the queue until it is empty")
    .option("-p, --parallel <number>", "attempts at a time")
    .option("-w, --watch", "when it is empty, wait for new tasks")
    .option("--log <file>", "write what happens to a file, which is kept short")
    .option(
      "--take-over",
      "give up the attempts that another clone has begun on a shared blackboard",
    )
    .action(async (options) => (await import("../commands/run.ts")).run(cli, options))
    .addHelpText(
      "after",
      "\nCtrl-C once stops taking work and leaves agents running; twice stops them and keeps their work.\nWith --watch it goes on until it is stopped; `orchestra daemon` does that in the background. Beside another process that\nworks the queue it only shows what happens, until all has come to rest; it ends with 75 when that process ends before, and\nwith --watch takes over then.\n\nExamples:\n  orchestra run -p 4\n  orchestra run --watch\n  orchestra run --take-over",
    );
}

export function describeDoctor(command: Command, cli: Cli): void {
  command
    .description("check that everything Orchestra needs is there and works")
    .option("--fix", "put right what was left behind, and what the blackboard shows wrongly")
    .option("--dry-run", "with --fix: only say what would be done")
    .action(async (options) => (await import("../commands/doctor.ts")).doctor(cli, options))
    .addHelpText("after", "\nExamples:\n  orchestra doctor\n  orchestra doctor --fix");
}

export function describeAgents(command: Command, cli: Cli): void {
  command.description("the agents that there are, and whether they can be used");
  command
    .command("list")
    .description("show agents with their versions, and what is wrong with them")
    .action(async () => (await import("../commands/agents.ts")).listAgents(cli))
    .addHelpText("after", "\nExample:\n  orchestra agents list");
  command
    .command("test")
    .description("have agents answer a short question, which shows that they are logged in")
    .argument("[name...]", "the agents (default: all)")
    .option("--timeout <duration>", "give up after this long (default: 2m)")
    .action(async (names, options) =>
      (await import("../commands/agents.ts")).testAgents(cli, names, options),
    )
    .addHelpText(
      "after",
      "\nIt costs what one short answer costs.\n\nExamples:\n  orchestra agents test\n  orchestra agents test claude codex --timeout 30s",
    );
  command.addHelpText(
    "after",
    "\nExamples:\n  orchestra agents list\n  orchestra agents test claude",
  );
}
