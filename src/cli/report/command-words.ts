import type { Argument, Command, Option } from "commander";
import type { ArgumentWords, CommandWords, OptionWords } from "../../core/reports/completion.ts";

/** What there is to complete, from the same words that make the help. */
export function commandWords(command: Command): CommandWords {
  return {
    name: command.name(),
    description: command.description(),
    subcommands: command
      .createHelp()
      .visibleCommands(command)
      .filter((one) => one.name() !== "help" || command.parent === null)
      .map(commandWords),
    options: command.createHelp().visibleOptions(command).flatMap(optionWords),
    arguments: command.registeredArguments.map(argumentWords),
  };
}

function optionWords(option: Option): OptionWords[] {
  if (option.long === undefined) return [];
  const [, valueName = ""] = /[<[](\w+)/.exec(option.flags) ?? [];
  const takesValue = option.required || option.optional;
  return [
    {
      name: option.long,
      short: option.short,
      description: option.description,
      value: takesValue
        ? { name: valueName, isVariadic: false, choices: option.argChoices ?? [] }
        : undefined,
    },
  ];
}

function argumentWords(argument: Argument): ArgumentWords {
  return {
    name: argument.name(),
    isVariadic: argument.variadic,
    choices: argument.argChoices ?? [],
  };
}
