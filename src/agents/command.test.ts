import { expect, test } from "vitest";
import type { AgentConfig, LaunchRequest } from "./adapter.ts";
import { createCommandAdapter } from "./command.ts";
import { agentConformance, reportOf } from "./conformance.ts";

const CONFIG: AgentConfig = {
  name: "mine",
  adapter: "command",
  command: ["my-agent", "--yes"],
  model: undefined,
  promptBy: "argument",
  env: {},
  limit: undefined,
};
const REQUEST: LaunchRequest = {
  prompt: "Fix it.",
  promptFile: "/attempts/k3f9-1/prompt.md",
  taskId: "k3f9",
  attemptId: "k3f9-1",
  workspacePath: "/worktrees/k3f9",
  sessionId: undefined,
  resumeSessionId: undefined,
};
const failing = {
  stdout: "I tried\n",
  end: { exitCode: 3, signal: undefined, stderrTail: "no such table\n" },
};

for (const promptBy of ["argument", "stdin"] as const) {
  agentConformance({
    name: `a command with its prompt by ${promptBy}`,
    adapter: createCommandAdapter({ ...CONFIG, promptBy }),
    successful: "reading\nwriting\ndone\n",
    failing,
  });
}

function commandOf(command: readonly string[], request: Partial<LaunchRequest> = {}): unknown {
  const adapter = createCommandAdapter({ ...CONFIG, command });
  return adapter.launch({ ...REQUEST, ...request }).command;
}

test("placeholders are filled in, wherever they stand", () => {
  expect(
    commandOf(["a", "{prompt}", "--id={task_id}", "{attempt_id}", "{worktree}", "{agent}"]),
  ).toEqual(["a", "Fix it.", "--id=k3f9", "k3f9-1", "/worktrees/k3f9", "mine"]);
});

test("what the prompt itself holds is never filled in", () => {
  const prompt = "keep {agent} and {task_id} and {prompt}";
  expect(commandOf(["a", "{prompt}", "{agent}"], { prompt })).toEqual(["a", prompt, "mine"]);
});

test("an unknown placeholder stays as it is", () => {
  expect(commandOf(["a", "{model}", "{prompt}"])).toEqual(["a", "{model}", "Fix it."]);
});

test("a prompt by file is the file's name, at the end or where it is asked for", () => {
  const byFile = { ...CONFIG, promptBy: "file" } as const;
  expect(createCommandAdapter(byFile).launch(REQUEST).command.at(-1)).toBe(REQUEST.promptFile);
  expect(commandOf(["a", "-f", "{prompt_file}"])).toEqual(["a", "-f", REQUEST.promptFile]);
});

test("a prompt too long for an argument is refused with what to do", () => {
  expect(() => commandOf(["a"], { prompt: "x".repeat(200_000) })).toThrow(/stdin or file/);
});

test("a command that is not configured is refused with what to do", () => {
  expect(() => commandOf([])).toThrow(/agents\.mine\.command/);
});

test.each([
  [127, undefined, "missing_executable"],
  [126, undefined, "missing_executable"],
  [1, undefined, "process_crash"],
  [undefined, "SIGSEGV", "process_crash"],
] as const)("exit code %s with signal %s is of class %s", (exitCode, signal, wanted) => {
  const adapter = createCommandAdapter(CONFIG);
  const outcome = adapter.classifyEnd(
    { exitCode, signal, stderrTail: "last words\n" },
    reportOf(adapter, ""),
  );
  expect(outcome).toMatchObject({
    kind: "failed",
    failure: { class: wanted, message: expect.stringContaining("last words") },
  });
});
