import { describe, expect, test } from "vitest";
import type { AgentAdapter, LaunchRequest, ProcessEnd, StreamReport } from "./adapter.ts";
import { LAST_MESSAGES_MAX } from "./bounds.ts";

export type ConformanceSubject = {
  readonly name: string;
  readonly adapter: AgentAdapter;
  /** Standard output of a run that succeeded. */
  readonly successful: string;
  /** Standard output of a run that failed, and how its process ended. */
  readonly failing: { readonly stdout: string; readonly end: ProcessEnd };
};

const HOSTILE_PROMPTS = [
  "-rf / --dangerous",
  "quotes ' \" and `ticks` and $(command) and ${variable}",
  "line one\nline two\r\nline three",
  "keep {prompt} {task_id} {agent} as they are",
  "ünïcödé \u2028 and 😀",
  "x".repeat(100_000),
];

const GARBAGE = [
  "",
  "   ",
  "not json",
  "{",
  "null",
  "[]",
  "42",
  '{"type":null}',
  '{"type":"result"}',
  '{"type":"assistant","message":{"content":"no list"}}',
  '{"type":"assistant","message":{"content":[null,1,{"type":"text"}],"usage":{"input_tokens":-5}}}',
  "\u0000\u0001\uFFFD\u2028",
  "y".repeat(10_000_000),
];

/** What every adapter promises; each one's test calls this. */
export function agentConformance(subject: ConformanceSubject): void {
  describe(`${subject.name} keeps the agent contract`, () => {
    streamPromises(subject);
    endPromises(subject);
    launchPromises(subject);
  });
}

function streamPromises({ adapter, successful }: ConformanceSubject): void {
  test("the same output always gives the same report", () => {
    expect(reportOf(adapter, successful)).toEqual(reportOf(adapter, successful));
  });

  test("no line makes it throw, and what it keeps is bounded", () => {
    const parser = adapter.createParser();
    for (const line of [...GARBAGE, ...successful.split("\n"), ...GARBAGE]) parser.push(line);
    for (let count = 0; count < 1_000; count += 1) parser.push(successful.split("\n")[1] ?? "");
    const report = parser.report();
    expect(report.lastMessages.length).toBeLessThanOrEqual(LAST_MESSAGES_MAX);
    expect(JSON.stringify(report).length).toBeLessThan(200_000);
    for (const tokens of Object.values(report.usage)) expect(tokens).toBeGreaterThanOrEqual(0);
  });

  test("events out of order are understood as far as they go", () => {
    const parser = adapter.createParser();
    for (const line of successful.split("\n").toReversed()) parser.push(line);
    expect(parser.report().hasOutput).toBe(true);
  });
}

function endPromises({ adapter, successful, failing }: ConformanceSubject): void {
  test("a run that succeeded is a success, with its last words", () => {
    const end = { exitCode: 0, signal: undefined, stderrTail: "" };
    const outcome = adapter.classifyEnd(end, reportOf(adapter, successful));
    expect(outcome.kind).toBe("succeeded");
  });

  test("a run that failed is a failure with a class and a sentence", () => {
    const outcome = adapter.classifyEnd(failing.end, reportOf(adapter, failing.stdout));
    expect(outcome).toMatchObject({ kind: "failed", failure: { message: /\w/ } });
  });

  test("a process that is killed before it said anything is no success", () => {
    const end = { exitCode: undefined, signal: "SIGKILL", stderrTail: "" };
    const outcome = adapter.classifyEnd(end, adapter.createParser().report());
    expect(outcome).toMatchObject({ kind: "failed", failure: { class: "process_crash" } });
  });
}

function launchPromises({ adapter }: ConformanceSubject): void {
  test.each(HOSTILE_PROMPTS.map((prompt) => [prompt.slice(0, 30), prompt]))(
    "the prompt %j reaches the agent unchanged",
    (_name, prompt) => {
      const { command, stdin } = adapter.launch({ ...REQUEST, prompt });
      expect([stdin, ...command]).toContain(prompt);
    },
  );

  test("it never starts a shell", () => {
    const { command } = adapter.launch(REQUEST);
    expect(command[0]).not.toMatch(/^(sh|bash|cmd)$/);
  });
}

const REQUEST: LaunchRequest = {
  prompt: "Do it.",
  promptFile: "/prompts/prompt.md",
  taskId: "k3f9",
  attemptId: "k3f9-1",
  workspacePath: "/worktrees/k3f9",
  sessionId: undefined,
  resumeSessionId: undefined,
};

/** All that a whole output adds up to. */
export function reportOf(adapter: AgentAdapter, stdout: string): StreamReport {
  const parser = adapter.createParser();
  for (const line of stdout.split("\n")) parser.push(line);
  return parser.report();
}
