import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createClaudeAdapter } from "./claude/claude.ts";
import { createCommandAdapter } from "./command/command.ts";
import { probeAgent, type Probe } from "./probe.ts";
import { anAgentConfig } from "./testing/requests.ts";

const CLAUDE = anAgentConfig({ name: "claude", adapter: "claude", command: [] });

/** Probes for Claude Code on a PATH where `claude` is this script. */
async function probeClaude(script: string | undefined, mode = 0o755): Promise<Probe> {
  const folder = await mkdtemp(join(tmpdir(), "orchestra-probe-"));
  try {
    if (script !== undefined) {
      await writeFile(join(folder, "claude"), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, "claude"), mode);
    }
    const adapter = createClaudeAdapter(CLAUDE, { isRoot: false });
    return await probeAgent(adapter, CLAUDE, { cwd: folder, path: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("an installed agent tells its version", async () => {
  expect(await probeClaude("echo '2.1.329 (Claude Code)'")).toEqual({
    isInstalled: true,
    version: "2.1.329",
    problem: undefined,
  });
});

test("an agent that is not there is a problem with its next step", async () => {
  expect(await probeClaude(undefined)).toMatchObject({
    isInstalled: false,
    problem: expect.stringMatching(/"claude".*Install it/),
  });
});

test("an agent that may not be executed is a problem with its next step", async () => {
  expect(await probeClaude("true", 0o644)).toMatchObject({
    isInstalled: false,
    problem: expect.stringMatching(/chmod/),
  });
});

test.each([
  ["says something else", "echo claude 0.3", /claude 0\.3/],
  ["says nothing", "true", /no output/],
  ["fails", "exit 3", /exit code 3/],
  [
    "never stops talking",
    "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done",
    /larger than/,
  ],
])("a program of the agent's name that %s is a problem", async (_name, script, problem) => {
  expect(await probeClaude(script)).toMatchObject({
    isInstalled: true,
    version: undefined,
    problem: expect.stringMatching(problem),
  });
});

test("any other command is only looked for, because asking it could start work", async () => {
  const config = anAgentConfig({ command: ["sh", "-c", "touch started"] });
  const place = { cwd: tmpdir(), path: "/usr/bin:/bin" };
  const probe = await probeAgent(createCommandAdapter(config), config, place);
  expect(probe).toEqual({ isInstalled: true, version: undefined, problem: undefined });
});
