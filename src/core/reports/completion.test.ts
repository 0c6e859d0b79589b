import { expect, test } from "vitest";
import { complete, type CommandWords } from "./completion.ts";

const NO_VALUE = { short: undefined, description: "", value: undefined };

function aCommand(given: Partial<CommandWords>): CommandWords {
  return { name: "", description: "", subcommands: [], options: [], arguments: [], ...given };
}

function anArgument(name: string, isVariadic = false, choices: string[] = []) {
  return { name, isVariadic, choices };
}

const PROGRAM = aCommand({
  options: [{ ...NO_VALUE, name: "--json" }],
  subcommands: [
    aCommand({ name: "status" }),
    aCommand({
      name: "start",
      arguments: [anArgument("agent"), anArgument("prompt")],
      options: [
        { ...NO_VALUE, name: "--after", short: "-a", value: anArgument("id") },
        { ...NO_VALUE, name: "--file", value: anArgument("file") },
      ],
    }),
    aCommand({ name: "cancel", arguments: [anArgument("id", true)] }),
    aCommand({
      name: "deps",
      subcommands: [
        aCommand({
          name: "graph",
          arguments: [anArgument("task")],
          options: [
            { ...NO_VALUE, name: "--format", value: anArgument("format", false, ["text", "dot"]) },
          ],
        }),
      ],
    }),
  ],
});

test.each<[string, string[], string | undefined]>([
  ["", ["status", "start", "cancel", "deps"], undefined],
  ["st", ["status", "start"], undefined],
  ["--json st", ["status", "start"], undefined],
  ["status ", [], undefined],
  ["status -", ["--json"], undefined],
  ["start ", [], "agents"],
  ["start claude ", [], undefined],
  ["start --", ["--after", "--file", "--json"], undefined],
  ["start --after ", [], "tasks"],
  ["start -a k", [], "tasks"],
  ["start --after=k", [], "tasks"],
  ["start --after = k", [], "tasks"],
  ["start --after =", [], "tasks"],
  ["start --after k ", [], "agents"],
  ["start --file ", [], "files"],
  ["start -- --", [], "agents"],
  ["cancel a b ", [], "tasks"],
  ["deps ", ["graph"], undefined],
  ["deps graph ", [], "tasks"],
  ["deps graph a b", [], undefined],
  ["deps graph --format ", ["text", "dot"], undefined],
  ["deps graph --format d", ["dot"], undefined],
  ["deps graph --format=d", ["--format=dot"], undefined],
  ["deps graph --bogus=d", [], undefined],
  ["bogus ", [], undefined],
])("%j may go on with %j and %s", (typed, words, wants) => {
  const { candidates, ...completion } = complete(PROGRAM, typed.split(" "));
  expect(candidates.map(({ word }) => word)).toEqual(words);
  expect(completion.wants).toBe(wants);
});

test("what is wanted is told with the command, and with what stands before it", () => {
  expect(complete(PROGRAM, ["deps", "graph", "k3"])).toMatchObject({
    command: "deps graph",
    prefix: "k3",
    before: "",
  });
  expect(complete(PROGRAM, ["start", "--after=k3"])).toMatchObject({
    command: "start",
    prefix: "k3",
    before: "--after=",
  });
});
