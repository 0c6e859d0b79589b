import { expect, test } from "vitest";
import { outputSchema, type OutputMapping } from "../../config/output-schema.ts";
import type { FailureClass } from "../../core/failure.ts";
import type { AgentEvent, EarlierUse, StreamReport } from "../adapter.ts";
import { agentConformance } from "../conformance.ts";
import { anAgentConfig } from "../testing/requests.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { createCommandAdapter } from "./command.ts";
import { createMappedParser } from "./mapped-parser.ts";

type Lines = Record<string, unknown>;

function mappingOf(lines: Lines, more: object = {}): OutputMapping {
  return outputSchema.parse({ kind: "type", lines, ...more });
}

function reportOf(lines: Lines, told: readonly object[], earlier?: EarlierUse): StreamReport {
  const parser = createMappedParser(mappingOf(lines), earlier);
  pushAll(parser, told.map((line) => JSON.stringify(line)).join("\n"));
  return parser.report();
}

/** Claude's own stream, as someone would configure it who does not know that there is an adapter. */
const CLAUDE = mappingOf(
  {
    "system/init": { session: "session_id", model: "model" },
    assistant: { text: "message.content.0.text" },
    "result/success": {
      usage: {
        counts: "run",
        input: "usage.input_tokens",
        cache_read: "usage.cache_read_input_tokens",
        output: "usage.output_tokens",
      },
      cost: { counts: "session", usd: "total_cost_usd" },
      error: { status: "api_error_status" },
      result: { text: "result", is_error: "is_error" },
    },
  },
  { kind: ["type", "subtype"] },
);

agentConformance({
  name: "a command with a mapping",
  create: (command) => createCommandAdapter(anAgentConfig({ command, output: CLAUDE })),
  successful: capturedStream("claude-success").replaceAll("Done:", "Fertig: 😀\\u2028"),
  failing: {
    stdout: capturedStream("claude-auth-error"),
    end: { exitCode: 0, signal: undefined, stderrTail: "" },
  },
});

test("a real stream is understood by a mapping alone", () => {
  const parser = createMappedParser(CLAUDE);
  pushAll(parser, capturedStream("claude-success"));
  const { usage, ...report } = parser.report();
  expect(report).toMatchObject({ costUsd: 0.009_45, failure: undefined });
  expect(report.sessionId).toMatch(/^[0-9a-f-]{36}$/);
  expect(report.resultText).toContain("MOCK-FINAL-ANSWER");
  expect(usage).toMatchObject({ cacheReadTokens: 1_600, outputTokens: 68 });
});

const TOLD = { type: "u", id: "m1", in: 1_200, hit: 800, out: 34, think: 4 };
const USAGE = { input: "in", cache_read: "hit", output: "out", reasoning: "think" };

test.each<readonly [string, object, object]>([
  ["apart", {}, { inputTokens: 1_200, cacheReadTokens: 800, outputTokens: 34, reasoningTokens: 4 }],
  ["within the input", { input_includes_cache: true }, { inputTokens: 400, cacheReadTokens: 800 }],
  [
    "within the output",
    { output_includes_reasoning: true },
    { inputTokens: 1_200, outputTokens: 30, reasoningTokens: 4 },
  ],
])("tokens that a CLI counts %s are counted apart", (_name, more, expected) => {
  expect(reportOf({ u: { usage: { ...USAGE, ...more } } }, [TOLD]).usage).toMatchObject(expected);
});

test("lines that tell of themselves add up, and the same line counts once", () => {
  const lines = { u: { usage: { ...USAGE, id: "id" }, cost: { usd: "usd", id: "id" } } };
  const told = [
    { ...TOLD, usd: 0.1 },
    { ...TOLD, usd: 0.1 },
    { ...TOLD, id: "m2", usd: 0.2 },
    { ...TOLD, id: "m2", out: 40, usd: 0.25 },
  ];
  const report = reportOf(lines, told);
  expect(report.usage).toMatchObject({ inputTokens: 2_400, outputTokens: 74 });
  expect(report.costUsd).toBe(0.35);
});

test("a total of the process so far replaces the one before", () => {
  const lines = { u: { usage: { ...USAGE, counts: "run" }, cost: { usd: "usd", counts: "run" } } };
  const report = reportOf(lines, [
    { ...TOLD, usd: 0.1 },
    { ...TOLD, in: 2_000, usd: 0.2 },
  ]);
  expect(report.usage.inputTokens).toBe(2_000);
  expect(report.costUsd).toBe(0.2);
});

test.each(["run", "session", "each"])(
  "a line without tokens leaves those that were counted by %s, and tells none",
  (counts) => {
    const path = { input: "tokens.in", cache_read: "tokens.cached", output: "tokens.out" };
    const usage = { ...path, counts, input_includes_cache: true };
    const mapping = mappingOf({ turn: { usage, cost: { usd: "cost", counts: "run" } } });
    const parser = createMappedParser(mapping);
    const tokens = { in: 100, cached: 40, out: 10 };
    parser.push(JSON.stringify({ type: "turn", tokens, cost: 0.5 }));
    const first = parser.report();
    for (const none of [{}, { tokens: null }, { tokens: { in: "7", out: -1 } }]) {
      const events = parser.push(JSON.stringify({ type: "turn", ...none, cost: 0.6 }));
      expect(events).toEqual([{ kind: "cost", costUsd: 0.6 }]);
    }
    expect(first.usage).toMatchObject({ inputTokens: 60, cacheReadTokens: 40, outputTokens: 10 });
    expect(parser.report()).toEqual({ ...first, costUsd: 0.6 });
  },
);

test("of a session's total only what is new belongs to the attempt that resumes it", () => {
  const lines = {
    "*": { session: "session" },
    u: { usage: { ...USAGE, counts: "session" }, cost: { usd: "usd", counts: "session" } },
  };
  const usage = reportOf({ u: { usage: USAGE } }, [{ ...TOLD, in: 1_000 }]).usage;
  const earlier = { sessionId: "s", usage, costUsd: 0.1 };
  const line = { ...TOLD, hit: 900, usd: 0.3 };
  expect(reportOf(lines, [{ ...line, session: "s" }], earlier)).toMatchObject({
    usage: { inputTokens: 200, cacheReadTokens: 100, outputTokens: 0 },
    costUsd: 0.2,
  });
  expect(reportOf(lines, [{ ...line, session: "another" }], earlier)).toMatchObject({
    usage: { inputTokens: 1_200 },
    costUsd: 0.3,
  });
});

const ERROR = { e: { error: { message: "why", code: "code", status: "status", resets_at: "at" } } };

test.each<readonly [object, FailureClass, string]>([
  [{ why: "no", code: "bad_key" }, "auth", "no"],
  [{ why: "no", status: 429 }, "rate_limit", "no"],
  [{ why: "connect ECONNREFUSED 127.0.0.1:1" }, "network", "connect ECONNREFUSED 127.0.0.1:1"],
  [{ why: { detail: "nested" } }, "unknown", '{"detail":"nested"}'],
  [{ reason: "renamed" }, "unknown", '{"type":"e","reason":"renamed"}'],
  [{ why: "no", code: "constructor" }, "unknown", "no"],
])("the error %j is of class %s, and says %s", (told, failureClass, message) => {
  const mapping = mappingOf(ERROR, { error_classes: { bad_key: "auth" } });
  const parser = createMappedParser(mapping);
  expect(parser.push(JSON.stringify({ type: "e", ...told })).at(-1)).toEqual({
    kind: "error",
    class: failureClass,
    message,
  });
  expect(parser.report().failure).toMatchObject({ class: failureClass, message });
});

test.each([
  1_795_334_400,
  1_795_334_400_000,
  "1795334400",
  "1795334400000",
  "2026-11-22T08:00:00Z",
])("a limit that ends at %j parks until then", (at) => {
  expect(reportOf(ERROR, [{ type: "e", why: "no", status: 429, at }]).failure).toEqual({
    class: "quota",
    message: "no",
    resetAtMs: Date.parse("2026-11-22T08:00:00Z"),
  });
});

test.each(["soon", "20261122080000", -1, 1e300, null, {}])(
  "a limit that ends at %j tells no time",
  (at) => {
    const { failure } = reportOf(ERROR, [{ type: "e", why: "no", status: 429, at }]);
    expect(failure).toEqual({ class: "rate_limit", message: "no" });
  },
);

test("a failure stands, also when it ends with 0, unless a result comes after it", () => {
  const lines = { ...ERROR, r: { result: { text: "text", is_error: "bad" } } };
  const [error, good] = [
    { type: "e", why: "no", status: 500 },
    { type: "r", text: "Done." },
  ];
  const adapter = createCommandAdapter(anAgentConfig({ output: mappingOf(lines) }));
  const end = { exitCode: 0, signal: undefined, stderrTail: "" };
  expect(adapter.classifyEnd(end, reportOf(lines, [error]))).toMatchObject({
    kind: "failed",
    failure: { class: "provider_error" },
  });
  expect(adapter.classifyEnd(end, reportOf(lines, [error, good]))).toEqual({
    kind: "succeeded",
    summary: "Done.",
  });
  expect(reportOf(lines, [good, { ...good, bad: true }]).failure).toMatchObject({
    message: "Done.",
  });
});

test.each(
  ["success", "succeeded", "complete", "completed", "done", "finished", "passed", "ok"].concat([
    "no",
    "none",
    "null",
    "false",
    "0",
    "",
    "end_turn",
    "Succeeded",
  ]),
)("a result is none that failed where its field for that is %j", (state) => {
  const lines = { r: { result: { text: "text", is_error: "state" } } };
  const told = { type: "r", text: "Done.", state };
  expect(reportOf(lines, [told])).toMatchObject({ failure: undefined, resultText: "Done." });
});

test.each(["error", "failed", "max_turns", "whatever"])(
  "a result has failed where its field for that is %j",
  (state) => {
    const lines = { r: { result: { text: "text", is_error: "state" } } };
    expect(reportOf(lines, [{ type: "r", text: "No.", state }]).failure).toBeDefined();
  },
);

test("where no line is a result, the last text is the answer", () => {
  const told = [
    { type: "t", text: "First." },
    { type: "t", text: "Last." },
  ];
  expect(reportOf({ t: { text: "text" } }, told).resultText).toBe("Last.");
});

test("a CLI that changes its format fails with the line that was not understood", () => {
  const output = mappingOf({ t: { text: "text" }, r: { result: {} } });
  const adapter = createCommandAdapter(anAgentConfig({ output }));
  const parser = adapter.createParser();
  pushAll(parser, '{"type":"t","text":"Hi."}\n{"kind":"finished","answer":42}\n');
  const end = { exitCode: 0, signal: undefined, stderrTail: "" };
  expect(adapter.classifyEnd(end, parser.report())).toMatchObject({
    failure: {
      class: "empty_output",
      message:
        'mine ended without a result. A line that told nothing: {"kind":"finished","answer":42}',
    },
  });
});

const BYE = { type: "bye", answer: "renamed" };

test("an answer that is not where it was fails with its line, where nothing else came", () => {
  const lines = { t: { text: "text" }, bye: { result: { text: "a" } } };
  expect(reportOf(lines, [BYE])).toMatchObject({
    resultText: undefined,
    failure: {
      class: "empty_output",
      message: 'Its result has no answer: {"type":"bye","answer":"renamed"}',
    },
  });
  expect(reportOf(lines, [{ type: "t", text: "Hi." }, BYE])).toMatchObject({
    failure: undefined,
    resultText: "Hi.",
  });
});

test.each<readonly [string, Lines, object]>([
  ["is empty", { bye: { result: { text: "answer" } } }, { type: "bye", answer: "" }],
  ["is in no field", { bye: { result: {} } }, BYE],
])("an answer that %s is an empty one", (_name, lines, told) => {
  expect(reportOf(lines, [told])).toMatchObject({ failure: undefined, resultText: "" });
});

test("tools are told with what they are about and how they ended", () => {
  const lines = {
    a: { tool_started: { id: "id", name: "name", input: "input" } },
    b: { tool_ended: { id: "id", output: "out", is_error: "status" } },
  };
  const parser = createMappedParser(mappingOf(lines));
  const events = [
    { type: "a", id: 7, name: "shell", input: { command: "ls  -l" } },
    { type: "a", id: 8, name: "note", input: "just text" },
    { type: "b", id: 7, out: { files: 1 }, status: "error" },
    { type: "b", id: 8, out: "ok", status: "success" },
  ].flatMap((line): readonly AgentEvent[] => parser.push(JSON.stringify(line)));
  expect(events).toEqual([
    { kind: "tool_started", toolId: "7", name: "shell", summary: "ls -l" },
    { kind: "tool_started", toolId: "8", name: "note", summary: "just text" },
    { kind: "tool_ended", toolId: "7", isError: true, output: '{"files":1}' },
    { kind: "tool_ended", toolId: "8", isError: false, output: "ok" },
  ]);
});

test("a path goes only where the line itself goes", () => {
  const lines = { t: { text: "constructor.name", thinking: "list.1.text", session: "toString" } };
  const parser = createMappedParser(mappingOf(lines));
  const line = { type: "t", list: [{ text: "a" }, { text: "b" }] };
  expect(parser.push(JSON.stringify(line))).toEqual([{ kind: "thinking", text: "b" }]);
});
