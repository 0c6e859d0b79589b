import type { Command } from "commander";
import type { Cli } from "../cli.ts";

const SHELLS = {
  zsh: 'orchestra completion zsh > "${fpath[1]}/_orchestra"',
  bash: "source <(orchestra completion bash)",
  fish: "orchestra completion fish > ~/.config/fish/completions/orchestra.fish",
} as const;

/** `wholeProgram` has every command, and is made when a shell asks. */
export function describeCompletion(
  command: Command,
  cli: Cli,
  wholeProgram: () => Promise<Command>,
): void {
  command.description("complete commands, options and task ids in your shell");
  for (const [name, install] of Object.entries(SHELLS)) {
    command
      .command(name)
      .description(`print the script for ${name}`)
      .action(async () => {
        const { printScript } = await import("../commands/completion.ts");
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The keys are the shells.
        printScript(cli, name as keyof typeof SHELLS);
      })
      .addHelpText("after", `\nExample:\n  ${install}`);
  }
  command
    .command("words", { hidden: true })
    .argument("<typed>", "what is typed, a word a line")
    .action(async (typed: string) =>
      (await import("../commands/completion.ts")).answerShell(cli, await wholeProgram(), typed),
    );
  command.addHelpText(
    "after",
    `\nExamples:\n${Object.values(SHELLS)
      .map((line) => `  ${line}`)
      .join("\n")}`,
  );
}
