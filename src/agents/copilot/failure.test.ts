import { expect, test } from "vitest";
import type { FailureClass } from "../../core/failure.ts";
import type { AgentOutcome, ProcessEnd } from "../adapter.ts";
import { anAgentConfig } from "../testing/requests.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { createCopilotAdapter } from "./copilot.ts";

function outcomeOf(stdout: string, end: Partial<ProcessEnd> = {}): AgentOutcome {
  const { createParser, classifyEnd } = createCopilotAdapter(anAgentConfig());
  const parser = createParser();
  pushAll(parser, stdout);
  return classifyEnd({ exitCode: 1, signal: undefined, stderrTail: "", ...end }, parser.report());
}

function failed(data: object): string {
  return JSON.stringify({ type: "session.error", data });
}

test("a session that ended with 0 is a success, and its last message the summary", () => {
  expect(outcomeOf(capturedStream("copilot-success"), { exitCode: 0 })).toEqual({
    kind: "succeeded",
    summary: "Done: MOCK-FINAL-ANSWER",
  });
});

test.each<readonly [string, FailureClass, RegExp]>([
  ["auth-error", "auth", /Authentication failed with provider .* \(HTTP 401\)/],
  ["broken-stream", "network", /retried 5 times/],
  ["interrupted", "process_crash", /told to stop/],
])("a run that ended with %s failed as %s", (name, failureClass, message) => {
  for (const exitCode of [0, 1, 143]) {
    expect(outcomeOf(capturedStream(`copilot-${name}`), { exitCode })).toMatchObject({
      kind: "failed",
      end: "failed",
      failure: { class: failureClass, message: expect.stringMatching(message) },
    });
  }
});

const RETRIED =
  "Failed to get response from the AI model; retried 5 times (total retry wait time: 5.00 seconds) Last error:";

test.each<readonly [object, FailureClass]>([
  [{ errorType: "authentication", statusCode: 403, message: "Authentication failed" }, "auth"],
  [{ errorType: "policy", message: "Not allowed for your organisation." }, "auth"],
  [{ errorType: "query", statusCode: 402, message: "402 pay first" }, "budget"],
  [
    {
      errorType: "quota",
      errorCode: "quota_exceeded",
      message: "You've run out of your included AI credits for the month.",
    },
    "budget",
  ],
  [
    {
      errorType: "rate_limit",
      statusCode: 429,
      message: `${RETRIED} 429 You exceeded your current quota, please check your plan.`,
    },
    "budget",
  ],
  [{ errorType: "rate_limit", message: "You've reached your weekly rate limit." }, "quota"],
  [
    { errorType: "rate_limit", statusCode: 429, message: "429 The usage limit has been reached" },
    "quota",
  ],
  [
    { errorType: "rate_limit", statusCode: 429, message: `${RETRIED} 429 Too many requests.` },
    "rate_limit",
  ],
  [{ errorType: "query", statusCode: 500, message: `${RETRIED} 500 broken` }, "provider_error"],
  [
    {
      errorType: "query",
      message: `${RETRIED} Failed to finalize chat-completions stream: request ended without sending any chunks`,
    },
    "provider_error",
  ],
  [
    {
      errorType: "query",
      message:
        "Could not connect to local model provider at http://127.0.0.1:9/v1.\n  Check that the service is running and the port is correct.",
    },
    "network",
  ],
  [
    {
      errorType: "query",
      statusCode: 404,
      message: "Model 'gpt-4.1' not found on provider at http://127.0.0.1:9/v1 (HTTP 404).",
    },
    "model_not_found",
  ],
  [
    {
      errorType: "query",
      statusCode: 400,
      message: "400 This model's maximum context length is 128000 tokens.",
    },
    "context_overflow",
  ],
  [
    {
      errorType: "query",
      message: "Request exceeds the model's prompt budget after reserving output (135505 tokens)",
    },
    "context_overflow",
  ],
  [
    {
      errorType: "query",
      message: "No response was returned. Send your message again to retry.",
    },
    "empty_output",
  ],
  [{ errorType: "query", message: "a sentence of tomorrow" }, "unknown"],
  [{ errorType: "constructor" }, "unknown"],
])("the error %j is of class %s", (data, failureClass) => {
  expect(outcomeOf(failed(data))).toMatchObject({ failure: { class: failureClass } });
});

test.each<readonly [Partial<ProcessEnd>, FailureClass, string]>([
  [{ exitCode: 0 }, "empty_output", "Copilot ended without a result."],
  [{ exitCode: 137 }, "process_crash", "exit code 137"],
  [
    {
      stderrTail:
        "Error: No authentication information found.\n\nCopilot can be authenticated with GitHub using an OAuth Token or a Fine-Grained Personal Access Token.\n\nTo authenticate, you can use any of the following methods:\n  • Start 'copilot' and run the '/login' command\n",
    },
    "auth",
    "exit code 1: No authentication information found.",
  ],
  [
    {
      stderrTail:
        "Error: Authentication token found but could not be validated.\n\n  Failed to fetch PAT user login: network fetch failed: request failed: error sending request for url (https://api.github.com/copilot_internal/user)\n",
    },
    "network",
    "Authentication token found but could not be validated.",
  ],
  [
    {
      stderrTail:
        "Error: No session, task, or name matched 'a92085d5'.\n\nTo resume by session or task ID:  copilot --resume=<id>\n",
    },
    "unknown",
    "No session, task, or name matched",
  ],
  [
    {
      stderrTail:
        "error: unexpected argument '--bogus' found\n\n  tip: a similar argument exists: '--mouse'\n",
    },
    "unknown",
    "unexpected argument '--bogus'",
  ],
  [
    {
      stderrTail:
        "GitHub Copilot native binary at /home/user/copilot was terminated by signal SIGKILL.\nGitHub Copilot CLI: no platform package found. Reinstall with `npm install -g @github/copilot` to fetch the package for your platform.\n",
    },
    "process_crash",
    "was terminated by signal SIGKILL",
  ],
])("an end of %j without a word in the stream is of class %s", (end, failureClass, words) => {
  expect(outcomeOf("", end)).toMatchObject({
    kind: "failed",
    failure: { class: failureClass, message: expect.stringContaining(words) },
  });
});
