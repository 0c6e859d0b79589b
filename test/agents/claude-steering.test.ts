import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createClaudeAdapter } from "../../src/agents/claude/claude.ts";
import { anAgentConfig } from "../../src/agents/testing/requests.ts";
import { createPlace, startClaude } from "./claude-session.ts";
import { installClaude } from "./install-claude.ts";
import { spentInTurns } from "./script.ts";
import { startScriptedEndpoint } from "./scripted-endpoint.ts";

let claude: string;
beforeAll(async () => {
  claude = await installClaude();
});

const adapter = createClaudeAdapter(anAgentConfig(), { isRoot: false });
const QUESTION = {
  type: "control_request",
  request_id: "asked-last",
  request: { subtype: "mcp_status" },
};
const say = (text: string, id: string): string => adapter.steering?.message(text, id) ?? "";

test("what is said to a session at work is heard in its next turn, and answered once", async () => {
  using place = createPlace();
  await using endpoint = await startScriptedEndpoint({
    steered: [
      { tool: "Bash", input: { command: "until [ -e go ]; do sleep 0.1; done" } },
      { text: "Heard." },
    ],
  });
  const request = { prompt: "[script:steered] Wait." };
  const session = startClaude({ claude, place, endpoint, request, listens: true });
  await session.event(({ kind }) => kind === "tool_started");
  session.write(say("Also greet Ada.", "k3f9-m1"));
  session.write(say("And Grace.", "k3f9-m2"));
  // What it is asked last is answered when it has read all that came before.
  session.write(`${JSON.stringify(QUESTION)}\n`);
  await session.line(QUESTION.request_id);
  writeFileSync(join(place.workspace, "go"), "");
  await session.event(({ kind }) => kind === "result");
  session.finishInput();
  const { report, outcome } = await session.end;

  expect(outcome).toEqual({ kind: "succeeded", summary: "Heard." });
  expect(report).toMatchObject(spentInTurns(2));
  expect(endpoint.requests).toHaveLength(2);
  const said = endpoint.requests[1]?.texts.map(({ text }) => text).join("\n");
  expect(said).toMatch(/Also greet Ada\.[^]*And Grace\./);
});

test("an interrupted session stops at once, and listens on", async () => {
  using place = createPlace();
  await using endpoint = await startScriptedEndpoint({
    interrupted: [{ hang: true, text: "A long thought." }, { text: "As you like." }],
  });
  const request = { prompt: "[script:interrupted] Think." };
  const session = startClaude({ claude, place, endpoint, request, listens: true });
  await session.event(({ kind }) => kind === "text");
  session.write(adapter.steering?.interrupt("r1") ?? "");
  const stopped = await session.event(({ kind }) => kind === "result");
  session.write(say("Do this instead.", "k3f9-m1"));
  await session.event((event) => event.kind === "result" && !event.isError);
  session.finishInput();

  expect(stopped).toMatchObject({ isError: true });
  expect((await session.end).outcome).toEqual({ kind: "succeeded", summary: "As you like." });
});
