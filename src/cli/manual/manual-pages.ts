import type { Command } from "commander";
import { openCli } from "../cli.ts";
import { exitCodeRows } from "../exit-codes.ts";
import { createProgram } from "../program.ts";
import { entry, paragraphs, roff, section, verbatim } from "./roff.ts";

export type ManualPage = { readonly file: string; readonly text: string };

/** A page for the program and one for each command, from the words that `--help` shows. */
export async function manualPages(version: string): Promise<readonly ManualPage[]> {
  const program = await createProgram(openCli(process, false), []);
  const commands = program.createHelp().visibleCommands(program);
  const named = commands.filter((command) => command.name() !== "help");
  return [programPage(program, named, version), ...named.map((one) => commandPage(one, version))];
}

function programPage(program: Command, commands: readonly Command[], version: string): ManualPage {
  return page("orchestra", version, [
    ...section("NAME", `orchestra \\- ${roff(sentenceStart(program.description()))}`),
    ...section("SYNOPSIS", ".B orchestra", roff("COMMAND [options]")),
    ...section("COMMANDS", ...commands.flatMap((one) => entry(one.name(), one.description()))),
    ...section("OPTIONS", ...optionsOf(program)),
    ...exitStatus(),
    ...section("SEE ALSO", ...commands.map((one) => `.BR ${roff(nameOf(one))} (1)`)),
  ]);
}

function commandPage(command: Command, version: string): ManualPage {
  const subcommands = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== "help");
  const { notes, examples } = afterHelp(command);
  return page(nameOf(command), version, [
    ...section("NAME", `${roff(nameOf(command))} \\- ${roff(command.description())}`),
    ...section("SYNOPSIS", ...synopses(command, subcommands)),
    ...section("DESCRIPTION", ...paragraphs([sentence(command.description()), ...notes])),
    ...section("ARGUMENTS", ...argumentsOf(command)),
    ...section("OPTIONS", ...optionsOf(command), ...globalOptionsOf(command)),
    ...section("SUBCOMMANDS", ...subcommands.flatMap(subcommandLines)),
    ...section("EXAMPLES", ...verbatim(examples)),
    ...exitStatus(),
    ...section("SEE ALSO", ".BR orchestra (1)"),
  ]);
}

function page(name: string, version: string, lines: readonly string[]): ManualPage {
  const header = `.TH ${roff(name.toUpperCase())} 1 "" "orchestra ${roff(version)}" "Orchestra"`;
  return { file: `${name}.1`, text: `${[header, ...lines].join("\n")}\n` };
}

function nameOf(command: Command): string {
  return `orchestra-${command.name()}`;
}

function synopses(command: Command, subcommands: readonly Command[]): readonly string[] {
  const path = `orchestra ${command.name()}`;
  if (subcommands.length === 0) return [`.B ${roff(path)}`, roff(command.usage())];
  return subcommands.flatMap((one, index) => [
    ...(index === 0 ? [] : [".br"]),
    `.B ${roff(`${path} ${one.name()}`)}`,
    roff(one.usage()),
  ]);
}

function subcommandLines(command: Command): readonly string[] {
  const { notes, examples } = afterHelp(command);
  return [
    `.SS ${roff(`${command.name()} ${command.usage()}`)}`,
    ...paragraphs([sentence(command.description()), ...notes]),
    ...argumentsOf(command),
    ...optionsOf(command),
    ...(examples.length === 0 ? [] : [".PP", ...verbatim(examples)]),
  ];
}

function argumentsOf(command: Command): readonly string[] {
  const help = command.createHelp();
  return help
    .visibleArguments(command)
    .flatMap((one) => entry(help.argumentTerm(one), help.argumentDescription(one)));
}

function optionsOf(command: Command): readonly string[] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .flatMap((one) => entry(help.optionTerm(one), help.optionDescription(one)));
}

/** By name: what they are stands once, in the page of the program. */
function globalOptionsOf(command: Command): readonly string[] {
  const help = command.createHelp();
  help.showGlobalOptions = true;
  const options = help.visibleGlobalOptions(command).filter(({ long }) => long !== "--version");
  const names = options.map((one) => help.optionTerm(one)).join(", ");
  return [".PP", roff(`Every command takes ${names}, too: see`), ".BR orchestra (1)."];
}

function exitStatus(): readonly string[] {
  return section(
    '"EXIT STATUS"',
    ...exitCodeRows().flatMap(([code, meaning]) => entry(String(code), meaning)),
  );
}

type AfterHelp = { readonly notes: readonly string[]; readonly examples: readonly string[] };

/** What stands below the options in help; Commander tells it only where it prints it. */
function afterHelp(command: Command): AfterHelp {
  let printed = "";
  command.configureOutput({ writeOut: (text) => void (printed += text) }).outputHelp();
  const after = printed.slice(command.helpInformation().length);
  const blocks = after.split("\n\n").map((block) => block.trim());
  return {
    notes: blocks.filter((block) => block !== "" && !isExample(block)),
    examples: blocks
      .filter(isExample)
      .flatMap((block) => block.split("\n").slice(1))
      .map((line) => line.trim()),
  };
}

function isExample(block: string): boolean {
  return /^Examples?:/.test(block);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function sentenceStart(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`.replace(/\.$/, "");
}
