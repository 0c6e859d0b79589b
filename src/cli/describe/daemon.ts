import type { Command } from "commander";
import type { Cli } from "../cli.ts";

export function describeDaemon(command: Command, cli: Cli): void {
  command.description("work the queue in the background, also after the next boot");
  describeRunning(command, cli);
  for (const [name, what] of [
    ["install", "write the file that has systemd or launchd start it when you log in"],
    ["uninstall", "remove that file"],
  ] as const) {
    command
      .command(name)
      .description(what)
      .addOption(
        command
          .createOption("--for <manager>", "whose file (default: this system's)")
          .choices(["systemd", "launchd"]),
      )
      .option("--dry-run", name === "install" ? "print the file only" : "say what would be removed")
      .action(async (options) => {
        const commands = await import("../commands/daemon-install.ts");
        await commands[name](cli, options);
      })
      .addHelpText(
        "after",
        `\nNothing is started or stopped: the command that does it is told.\n\nExample:\n  orchestra daemon ${name}`,
      );
  }
  command.addHelpText(
    "after",
    "\nExamples:\n  orchestra daemon start\n  orchestra daemon status\n  orchestra daemon stop\n  orchestra daemon install",
  );
}

function describeRunning(command: Command, cli: Cli): void {
  command
    .command("start")
    .description("start `orchestra run --watch` in the background, with a log")
    .option("-p, --parallel <number>", "attempts at a time")
    .action(async (options) => (await import("../commands/daemon.ts")).startDaemon(cli, options))
    .addHelpText(
      "after",
      "\nIt comes back when tasks are being placed, or with why they are not. It reads orchestra.yaml once: start it again after a change.\n\nExample:\n  orchestra daemon start -p 4",
    );
  command
    .command("status", { isDefault: true })
    .description("tell which process works the queue, if any")
    .action(async () => (await import("../commands/daemon.ts")).daemonStatus(cli))
    .addHelpText(
      "after",
      "\nEnds with 0 when one does, with 1 when none does.\n\nExample:\n  orchestra daemon status || orchestra daemon start",
    );
  command
    .command("stop")
    .description(
      "stop the process that works the queue; its agents go on, and the next one takes them up",
    )
    .option("--agents", "stop the agents, too; their work is kept, and their tasks are ready again")
    .action(async (options) => (await import("../commands/daemon.ts")).stopDaemon(cli, options))
    .addHelpText("after", "\nExamples:\n  orchestra daemon stop\n  orchestra daemon stop --agents");
}
