import { expect, test } from "vitest";
import type { StreamReport } from "../adapter.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { createClaudeParser } from "./parser.ts";
import { countMessage, nothingSpent, usageSoFar } from "./spending.ts";

type Spent = Pick<StreamReport, "usage" | "costUsd">;

function spentIn(stdout: string): Spent {
  const parser = createClaudeParser();
  pushAll(parser, stdout);
  const { usage, costUsd } = parser.report();
  return { usage, costUsd };
}

/** What that many calls of the scripted model come to. */
function calls(count: number): Spent["usage"] {
  return {
    inputTokens: 1_200 * count,
    cacheReadTokens: 800 * count,
    cacheWriteTokens: 100 * count,
    outputTokens: 34 * count,
    reasoningTokens: 0,
  };
}

/** The stream as a build writes it that does not tell what is new since the last result. */
function ofOldBuild(stream: string): string {
  return stream.replaceAll('"model_usage_since_last_result"', '"something_else"');
}

function withoutResult(stream: string): string {
  return stream.replaceAll(/^.*"type":"result".*$/gm, "");
}

test("each message counts once, though each of its content blocks repeats its usage", () => {
  expect(spentIn(capturedStream("claude-success"))).toEqual({ usage: calls(2), costUsd: 0.00945 });
});

test("a resumed session reports what this process used, not the session's totals", () => {
  expect(spentIn(capturedStream("claude-resumed"))).toEqual({
    usage: calls(1),
    costUsd: 0.004725,
  });
});

test("a build that tells only totals is charged for its own share of a resumed session", () => {
  const old = ofOldBuild(capturedStream("claude-resumed"));
  const { usage, costUsd } = spentIn(old);
  expect(usage).toEqual(calls(1));
  expect(costUsd).toBe(0.004725);
});

test("a build that tells only totals is exact about a session of its own", () => {
  const old = ofOldBuild(capturedStream("claude-success"));
  expect(spentIn(old)).toEqual({ usage: calls(2), costUsd: 0.00945 });
});

test("results of one process add up, and each cost counts once", () => {
  const both = capturedStream("claude-success") + capturedStream("claude-resumed");
  expect(spentIn(both)).toEqual({ usage: calls(3), costUsd: 0.014175 });
  expect(spentIn(ofOldBuild(both))).toEqual({ usage: calls(3), costUsd: 0.014175 });
});

test("what was used until a budget ended it counts, though its usage is all zeros", () => {
  const budget = capturedStream("claude-budget");
  expect(spentIn(budget)).toEqual({ usage: calls(1), costUsd: 0.004725 });
  const { usage } = spentIn(ofOldBuild(budget));
  expect(usage).toMatchObject({ inputTokens: 1_200, cacheReadTokens: 800 });
});

test("a process that is killed has used what its messages began with, at an unknown cost", () => {
  expect(spentIn(withoutResult(capturedStream("claude-success")))).toEqual({
    usage: { ...calls(2), outputTokens: 2 },
    costUsd: undefined,
  });
});

test("what is used after a result counts on top of it", () => {
  const killed = capturedStream("claude-success") + withoutResult(capturedStream("claude-resumed"));
  expect(spentIn(killed)).toEqual({
    usage: { ...calls(3), outputTokens: 68 + 1 },
    costUsd: 0.00945,
  });
});

test("an interrupted answer counts as far as it came", () => {
  const { usage, costUsd } = spentIn(capturedStream("claude-interrupted"));
  expect(usage).toMatchObject({ inputTokens: 2_400, cacheReadTokens: 1_600 });
  expect(costUsd).toBeGreaterThan(0.004725);
});

test("thinking is told apart from the output that it is a part of", () => {
  const model = { inputTokens: 10, outputTokens: 50, thinkingTokens: 20, costUSD: 0.001 };
  const line = JSON.stringify({
    type: "result",
    subtype: "success",
    model_usage_since_last_result: { "claude-a": model, "claude-b": model },
  });
  expect(spentIn(line)).toEqual({
    usage: {
      inputTokens: 20,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 60,
      reasoningTokens: 40,
    },
    costUsd: 0.002,
  });
});

test("a failed call costs nothing", () => {
  expect(spentIn(capturedStream("claude-auth-error"))).toEqual({ usage: calls(0), costUsd: 0 });
});

test("a stream of very many messages is counted without remembering all of them", () => {
  const spending = nothingSpent();
  for (let number = 0; number < 20_000; number += 1) {
    const message = { id: `msg_${number}`, usage: { input_tokens: 1 } };
    countMessage(spending, message);
    countMessage(spending, message);
  }
  expect(usageSoFar(spending).inputTokens).toBe(20_000);
  expect(spending.counted.size).toBeLessThanOrEqual(10_000);
});
