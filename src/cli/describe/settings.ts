import type { Command } from "commander";
import type { Cli } from "../cli.ts";

export function describeConfig(command: Command, cli: Cli): void {
  command.description("show the configuration and where it comes from, check it, change it");
  command
    .command("show", { isDefault: true })
    .description("every key that holds; what may be a secret is hidden")
    .option("--origin", "with where each value comes from: flag, variable, file and line, default")
    .action(async (options, ran: Command) => {
      const { store } = ran.optsWithGlobals<{ store?: string }>();
      await (await import("../commands/config.ts")).showConfig(cli, { ...options, store });
    })
    .addHelpText("after", "\nExample:\n  orchestra config show --origin");
  command
    .command("validate")
    .description("name every mistake in orchestra.yaml: its place, and what is allowed there")
    .action(async () => (await import("../commands/config.ts")).validateConfig(cli))
    .addHelpText(
      "after",
      "\nEnds with 3 when there is one.\n\nExample:\n  orchestra config validate",
    );
  command
    .command("set")
    .description("set a key in orchestra.yaml, which keeps its comments; all or nothing")
    .argument("<key>", "the key, its parts joined by dots")
    .argument("<value>", "the value, as it would stand in the file")
    .action(async (key, value) =>
      (await import("../commands/config.ts")).setConfig(cli, key, value),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  orchestra config set limits.parallel 4\n  orchestra config set checks '[npm test, npm run lint]'\n  orchestra config set agents.fast.adapter codex",
    );
  command
    .command("unset")
    .description("take a key out of orchestra.yaml, so that its default holds")
    .argument("<key>", "the key, its parts joined by dots")
    .action(async (key) => (await import("../commands/config.ts")).resetConfig(cli, key))
    .addHelpText("after", "\nExample:\n  orchestra config unset limits.parallel");
  command.addHelpText(
    "after",
    "\nExamples:\n  orchestra config show --origin\n  orchestra config validate\n  orchestra config set limits.parallel 4",
  );
}
