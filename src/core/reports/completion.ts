/** A command as far as it can be completed. */
export type CommandWords = {
  readonly name: string;
  readonly description: string;
  readonly subcommands: readonly CommandWords[];
  readonly options: readonly OptionWords[];
  readonly arguments: readonly ArgumentWords[];
};

export type OptionWords = {
  /** `--name`. */
  readonly name: string;
  /** `-n`, if it has one. */
  readonly short: string | undefined;
  readonly description: string;
  /** What its value is called; `undefined` when it takes none. */
  readonly value: ArgumentWords | undefined;
};

export type ArgumentWords = {
  readonly name: string;
  readonly isVariadic: boolean;
  readonly choices: readonly string[];
};

export type Candidate = { readonly word: string; readonly description: string };

/** What may stand where the cursor is. */
export type Completion = {
  readonly candidates: readonly Candidate[];
  /** What only the project can tell, or the shell: ids, agents, files. */
  readonly wants: Wanted | undefined;
  /** The command that is typed, its parts joined by blanks. */
  readonly command: string;
  /** What is typed of the word; candidates begin with it. */
  readonly prefix: string;
  /** Stands before each word that is wanted: of `--after=k3`, `--after=`. */
  readonly before: string;
};

export type Wanted = "tasks" | "agents" | "files" | "keys";

/** By the names that the help gives arguments. */
const WANTED: Readonly<Record<string, Wanted>> = {
  id: "tasks",
  task: "tasks",
  agent: "agents",
  file: "files",
  key: "keys",
  source: "files",
};

/** What the last word may become; the words are those behind the program's name. */
export function complete(root: CommandWords, typed: readonly string[]): Completion {
  // Bash takes `--name=value` apart.
  const words = typed.flatMap((word, index) =>
    word === "=" ? (index === typed.length - 1 ? [""] : []) : [word],
  );
  const prefix = words.at(-1) ?? "";
  const place = placeAfter(root, words.slice(0, -1));
  const command = place.path
    .slice(1)
    .map(({ name }) => name)
    .join(" ");
  const found = { command, prefix, before: "", wants: undefined, candidates: [] };
  if (place.option?.value) return { ...found, ...valuesOf(place.option.value, prefix) };
  if (prefix.startsWith("-") && !place.isLiteral) return { ...found, ...optionsAt(place, prefix) };
  const own = place.path.at(-1) ?? root;
  const names = place.position === 0 ? own.subcommands : [];
  const last = own.arguments.at(-1);
  const argument = own.arguments[place.position] ?? (last?.isVariadic ? last : undefined);
  const values = argument && valuesOf(argument, prefix);
  return {
    ...found,
    ...lastOfList(values?.wants, prefix),
    wants: values?.wants,
    candidates: [...beginning(names.map(candidateOf), prefix), ...(values?.candidates ?? [])],
  };
}

/** Of agents there may be a list, as in `claude,codex`, of which the last one is being typed. */
function lastOfList(
  wants: Wanted | undefined,
  prefix: string,
): Pick<Completion, "prefix" | "before"> {
  const start = wants === "agents" ? prefix.lastIndexOf(",") + 1 : 0;
  return { prefix: prefix.slice(start), before: prefix.slice(0, start) };
}

type Place = {
  /** From the program down to the command that is typed. */
  readonly path: readonly CommandWords[];
  /** The option whose value comes next. */
  readonly option: OptionWords | undefined;
  /** How many arguments the command has got. */
  readonly position: number;
  /** After `--` nothing is an option. */
  readonly isLiteral: boolean;
};

function placeAfter(root: CommandWords, words: readonly string[]): Place {
  const start: Place = { path: [root], option: undefined, position: 0, isLiteral: false };
  return words.reduce(after, start);
}

function after(place: Place, word: string): Place {
  if (place.option) return { ...place, option: undefined };
  if (word === "--") return { ...place, isLiteral: true };
  if (word.startsWith("-") && !place.isLiteral) {
    const option = optionsOf(place).find(({ name, short }) => name === word || short === word);
    return { ...place, option: option?.value && option };
  }
  const own = place.path.at(-1);
  const inner = place.position === 0 && own?.subcommands.find(({ name }) => name === word);
  if (inner) return { ...place, path: [...place.path, inner] };
  return { ...place, position: place.position + 1 };
}

/** Those of the program may stand with every command. */
function optionsOf({ path }: Place): readonly OptionWords[] {
  return path.toReversed().flatMap(({ options }) => options);
}

function optionsAt(
  place: Place,
  prefix: string,
): Pick<Completion, "candidates"> & Partial<Completion> {
  const options = optionsOf(place);
  const equals = prefix.indexOf("=");
  if (equals === -1) return { candidates: beginning(options.map(candidateOf), prefix) };
  const before = prefix.slice(0, equals + 1);
  const value = options.find(({ name }) => `${name}=` === before)?.value;
  if (!value) return { candidates: [] };
  const { candidates, wants } = valuesOf(value, prefix.slice(before.length));
  const whole = candidates.map((one) => ({ ...one, word: before + one.word }));
  return { candidates: whole, wants, before, prefix: prefix.slice(before.length) };
}

function valuesOf(
  { name, choices }: ArgumentWords,
  prefix: string,
): Pick<Completion, "candidates" | "wants"> {
  const candidates = choices.map((word) => ({ word, description: "" }));
  return { candidates: beginning(candidates, prefix), wants: WANTED[name] };
}

function candidateOf({ name, description }: CommandWords | OptionWords): Candidate {
  return { word: name, description };
}

function beginning(candidates: readonly Candidate[], prefix: string): Candidate[] {
  return candidates.filter(({ word }) => word.startsWith(prefix));
}
