import { describe, expect, test } from "vitest";
import { OrchestraError } from "../core/errors.ts";
import type { AgentAdapter, ProcessEnd, StreamReport } from "./adapter.ts";
import { LAST_MESSAGES_MAX } from "./bounds.ts";
import { reportInChunks } from "./testing/chunks.ts";
import { receivedPrompt } from "./testing/received-prompt.ts";
import { BAD_LINES, HOSTILE_PROMPTS, LONG_LINE, UNFIT_PROMPTS } from "./testing/hostile.ts";
import { aLaunchRequest } from "./testing/requests.ts";
import { pushAll } from "./testing/streams.ts";

/** An adapter, and outputs that its agent could have given. */
export type ConformanceSubject = {
  readonly name: string;
  /** The adapter, configured to start this command in place of its own. */
  readonly create: (command: readonly string[]) => AgentAdapter;
  /** What an agent gets as its prompt, where that is not the process which the adapter starts. */
  readonly receivedPrompt?: (prompt: string) => Promise<string>;
  /** Standard output of a run that succeeded, with letters that are not ASCII. */
  readonly successful: string;
  /** Standard output of a run that failed, and how its process ended. */
  readonly failing: { readonly stdout: string; readonly end: ProcessEnd };
};

/** The promises that every adapter keeps; each one's test calls this. */
export function agentConformance(subject: ConformanceSubject): void {
  describe(`${subject.name} keeps the agent contract`, () => {
    parserPromises(subject);
    boundPromises(subject);
    endPromises(subject);
    launchPromises(subject);
  });
}

const REPORT_LENGTH_MAX = 500_000;
const EVENT_LENGTH_MAX = 100_000;
const SUCCESS: ProcessEnd = { exitCode: 0, signal: undefined, stderrTail: "" };

function parserPromises({ create, successful }: ConformanceSubject): void {
  test("the same output gives the same events and the same report", () => {
    const [first, second] = [create(["agent"]).createParser(), create(["agent"]).createParser()];
    expect(pushAll(first, successful)).toEqual(pushAll(second, successful));
    expect(first.report()).toEqual(second.report());
  });

  test.each([7, 64, 4_096])(
    "output that comes %i bytes at a time means the same",
    async (bytes) => {
      const parser = create(["agent"]).createParser();
      pushAll(parser, successful);
      const inChunks = await reportInChunks(create(["agent"]).createParser(), successful, bytes);
      expect(inChunks).toEqual(parser.report());
    },
  );

  test("a report is not changed by what comes after it", () => {
    const parser = create(["agent"]).createParser();
    const before = parser.report();
    const copy = structuredClone(before);
    pushAll(parser, successful);
    expect(before).toEqual(copy);
  });

  test("bytes that are no text do no harm", async () => {
    const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 256));
    const parser = create(["agent"]).createParser();
    const output = Buffer.concat([bytes, Buffer.from(`\n${successful}`)]);
    expect(faultsOf(await reportInChunks(parser, output, 4_096))).toEqual([]);
  });

  test("events out of order are understood as far as they go", () => {
    const parser = create(["agent"]).createParser();
    pushAll(parser, successful.split("\n").toReversed().join("\n"));
    expect(faultsOf(parser.report())).toEqual([]);
    expect(parser.report().hasOutput).toBe(true);
  });
}

function boundPromises({ create, successful }: ConformanceSubject): void {
  test.each(BAD_LINES)("the line %j does no harm", (line) => {
    const alone = create(["agent"]).createParser();
    alone.push(line);
    expect(faultsOf(alone.report())).toEqual([]);
    const between = create(["agent"]).createParser();
    for (const good of successful.split("\n")) pushAll(between, `${good}\n${line}`);
    expect(faultsOf(between.report())).toEqual([]);
  });

  test("one endless line is cut", () => {
    const parser = create(["agent"]).createParser();
    const events = LONG_LINE.flatMap((line) => parser.push(line));
    expect(JSON.stringify(events).length).toBeLessThan(LONG_LINE.length * EVENT_LENGTH_MAX);
    expect(faultsOf(parser.report())).toEqual([]);
  });

  test("what is kept of an output that never ends is bounded", () => {
    const parser = create(["agent"]).createParser();
    for (let round = 0; round < 1_000; round += 1) pushAll(parser, successful);
    expect(faultsOf(parser.report())).toEqual([]);
  });
}

/** What is wrong with a report, whatever the output was. */
function faultsOf(report: StreamReport): string[] {
  const faults: string[] = [];
  if (report.lastMessages.length > LAST_MESSAGES_MAX) faults.push("too many messages");
  if (JSON.stringify(report).length > REPORT_LENGTH_MAX) faults.push("too long");
  for (const [name, tokens] of Object.entries(report.usage)) {
    if (!Number.isSafeInteger(tokens) || tokens < 0) faults.push(`${name} is ${tokens}`);
  }
  if ((report.costUsd ?? 0) < 0) faults.push(`it cost ${report.costUsd}`);
  return faults;
}

function endPromises({ create, successful, failing }: ConformanceSubject): void {
  const adapter = create(["agent"]);
  const reportOf = (stdout: string): StreamReport => {
    const parser = adapter.createParser();
    pushAll(parser, stdout);
    return parser.report();
  };

  test("a run that succeeded is a success, with its last words", () => {
    const outcome = adapter.classifyEnd(SUCCESS, reportOf(successful));
    expect(outcome).toEqual({ kind: "succeeded", summary: expect.stringMatching(/\w/) });
  });

  test("a run that failed is a failure with a class and a sentence", () => {
    const outcome = adapter.classifyEnd(failing.end, reportOf(failing.stdout));
    expect(outcome).toMatchObject({
      kind: "failed",
      failure: { message: expect.stringMatching(/\w/) },
    });
  });

  test("a process that is killed before it said anything has crashed", () => {
    const end = { exitCode: undefined, signal: "SIGKILL", stderrTail: "" };
    const outcome = adapter.classifyEnd(end, reportOf(""));
    expect(outcome).toMatchObject({ kind: "failed", failure: { class: "process_crash" } });
  });

  test("a command that is not found is a missing executable", () => {
    const end = { exitCode: 127, signal: undefined, stderrTail: "sh: 1: agent: not found\n" };
    const outcome = adapter.classifyEnd(end, reportOf(""));
    expect(outcome).toMatchObject({ kind: "failed", failure: { class: "missing_executable" } });
  });
}

function launchPromises({ create, ...subject }: ConformanceSubject): void {
  const received = subject.receivedPrompt ?? (async (prompt) => receivedPrompt(create, prompt));

  test.each(HOSTILE_PROMPTS)("a prompt with %s reaches the process", async (_name, prompt) => {
    // A line feed in front keeps a prompt from being taken for an option.
    expect([prompt, `\n${prompt}`]).toContain(await received(prompt));
  });

  test.each(UNFIT_PROMPTS)("a prompt of %s is whole or refused", async (_name, prompt) => {
    const told = await received(prompt).catch((error: unknown) => {
      if (error instanceof OrchestraError) return `${error.code}: ${error.message}`;
      throw error;
    });
    const isRefused = /^INVALID_ARGUMENT: .*stdin or file/.test(told);
    expect(told === prompt || isRefused).toBe(true);
  });

  test("a launch says everything about itself: the same request gives the same process", () => {
    const request = aLaunchRequest();
    expect(create(["agent"]).launch(request)).toEqual(create(["agent"]).launch(request));
    const { command } = create(["agent"]).launch(request);
    // A bridge gets it after words of its own.
    expect(subject.receivedPrompt ? command : command.slice(0, 1)).toContain("agent");
  });
}
