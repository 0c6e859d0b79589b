import { expect, test } from "vitest";
import type { LaunchRequest } from "../adapter.ts";
import { createCommandAdapter } from "./command.ts";
import { agentConformance } from "../conformance.ts";
import { aLaunchRequest, anAgentConfig } from "../testing/requests.ts";
import { pushAll } from "../testing/streams.ts";

const failing = {
  stdout: "I tried\n",
  end: { exitCode: 3, signal: undefined, stderrTail: "no such table\n" },
};

for (const promptBy of ["argument", "stdin", "file"] as const) {
  agentConformance({
    name: `a command with its prompt by ${promptBy}`,
    create: (command) => createCommandAdapter(anAgentConfig({ command, promptBy })),
    successful: "lese\nschreibe über 😀\ndone\n",
    failing,
  });
}

function commandOf(command: readonly string[], request: Partial<LaunchRequest> = {}): unknown {
  return createCommandAdapter(anAgentConfig({ command })).launch(aLaunchRequest(request)).command;
}

test("placeholders are filled in, wherever they stand", () => {
  const command = ["a", "{prompt}", "--id={task_id}", "{attempt_id}", "{worktree}", "{agent}"];
  const filled = ["a", "Fix it.", "--id=k3f9", "k3f9-1", "/worktrees/k3f9", "mine"];
  expect(commandOf(command)).toEqual(filled);
});

test("what the prompt itself holds is never filled in", () => {
  const prompt = "keep {agent} and {task_id} and {prompt} and $&";
  expect(commandOf(["a", "{prompt}", "{agent}"], { prompt })).toEqual(["a", prompt, "mine"]);
});

test("an unknown placeholder stays as it is", () => {
  expect(commandOf(["a", "{model}", "{prompt}"])).toEqual(["a", "{model}", "Fix it."]);
});

test("a prompt that is asked for nowhere is the last argument", () => {
  expect(commandOf(["a", "--yes"])).toEqual(["a", "--yes", "Fix it."]);
});

test("a prompt that begins with a dash is no option", () => {
  const prompt = "--version";
  expect(commandOf(["a", "{prompt}"], { prompt })).toEqual(["a", "\n--version"]);
  expect(commandOf(["a", "--", "{prompt}"], { prompt })).toEqual(["a", "--", prompt]);
  expect(commandOf(["a", "--prompt={prompt}"], { prompt })).toEqual(["a", "--prompt=--version"]);
});

test("a prompt by file is the file's name, at the end or where it is asked for", () => {
  const { promptFile } = aLaunchRequest();
  const byFile = createCommandAdapter(anAgentConfig({ promptBy: "file" }));
  expect(byFile.launch(aLaunchRequest()).command.at(-1)).toBe(promptFile);
  expect(commandOf(["a", "-f", "{prompt_file}"])).toEqual(["a", "-f", promptFile]);
});

test("a prompt by standard input is in no argument", () => {
  const request = aLaunchRequest();
  const launch = createCommandAdapter(anAgentConfig({ promptBy: "stdin" })).launch(request);
  expect(launch).toMatchObject({ command: ["my-agent", "--yes"], stdinFile: request.promptFile });
});

test.each([
  ["too long for an argument", "x".repeat(200_000), /too long for an argument.*stdin or file/],
  ["with a NUL byte", "a\0b", /NUL byte.*stdin or file/],
])("a prompt %s is refused with what to do", (_name, prompt, message) => {
  expect(() => commandOf(["a"], { prompt })).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringMatching(message) }),
  );
});

test("a command that is not configured is refused with what to do", () => {
  expect(() => commandOf([])).toThrow(/agents\.mine\.command/);
});

test.each([
  [127, undefined, "sh: agent: not found\n", "missing_executable"],
  [126, undefined, "sh: agent: permission denied\n", "missing_executable"],
  [1, undefined, "no such table\n", "unknown"],
  [1, undefined, "", "process_crash"],
  [139, undefined, "Segmentation fault\n", "process_crash"],
  [undefined, "SIGSEGV", "last words\n", "process_crash"],
] as const)(
  "exit code %s with signal %s after %j is of class %s",
  (...[code, signal, said, wanted]) => {
    const adapter = createCommandAdapter(anAgentConfig());
    const end = { exitCode: code, signal, stderrTail: said };
    expect(adapter.classifyEnd(end, adapter.createParser().report())).toMatchObject({
      kind: "failed",
      end: "failed",
      failure: { class: wanted, message: expect.stringContaining(said.trim()) },
    });
  },
);

test("the last lines that say something are the messages, the very last one the answer", () => {
  const parser = createCommandAdapter(anAgentConfig()).createParser();
  pushAll(
    parser,
    `${Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n")}\n\n  \n`,
  );
  const { lastMessages, resultText } = parser.report();
  expect(lastMessages).toHaveLength(20);
  expect(lastMessages[0]).toBe("line 10");
  expect(resultText).toBe("line 29");
});
