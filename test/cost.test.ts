import { once } from "node:events";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { createProject } from "./agents/real-project.ts";
import { until } from "./agents/until.ts";
import { holdAgent } from "./held-agent.ts";
import { REPORT_SHAPES } from "./report-shapes.ts";

/** An agent that tells tokens and cost as Claude Code does, then does what it is asked. */
const STREAM = resolve("test/fixtures/streams/claude-success.jsonl");
const CONFIG = `agents:
  silent: { adapter: command, command: [sh, -e], prompt: stdin }
  teller: { adapter: claude, command: [sh, -c, "cat '${STREAM}'; sh -e $ORCHESTRA_PROCESS_FOLDER/prompt.md"] }
defaults: { agent: silent }
limits: { parallel: 1 }
checks: []
`;

/** What the stream tells. */
const COST_USD = 0.009_45;

test("where nothing was attempted, nothing was spent", async () => {
  using project = createProject(CONFIG);
  const nothing = "Nothing was attempted yet, so nothing was spent.\n";
  expect((await project.orchestra("cost")).stdout).toBe(nothing);
  await project.orchestra("start", "x");
  expect((await project.orchestra("cost")).stdout).toBe(nothing);
  const value = REPORT_SHAPES.Cost.parse(await project.json("cost"));
  expect(value).toMatchObject({ by: "agent", rows: [], total: { attempts: 0, withoutCost: 0 } });
  expect(value.total).not.toHaveProperty("costUsd");
});

test("failed attempts are in the sums, and what was not told is kept apart", async () => {
  using project = createProject(CONFIG);
  const start = async (agent: string, script: string, id: string): Promise<unknown> =>
    project.orchestra("start", agent, script, "--id", id, "--max-retries", "0");
  await start("teller", "echo x > good.txt; exit 0", "good");
  await start("teller", "exit 3", "bad");
  await start("silent", "echo x > mute.txt; exit 0", "mute");
  await project.orchestra("run");

  const { rows, total } = REPORT_SHAPES.Cost.parse(await project.json("cost"));
  expect(total).toMatchObject({ attempts: 3, unsuccessful: 1, withoutCost: 1, withoutUsage: 1 });
  expect(total.costUsd).toBeCloseTo(2 * COST_USD, 9);
  expect(total.unsuccessfulUsd).toBeCloseTo(COST_USD, 9);
  expect(rows.map(({ key, attempts }) => [key, attempts])).toEqual([
    ["teller", 2],
    ["silent", 1],
  ]);
  expect(rows[1]).not.toHaveProperty("costUsd");

  const { stdout } = await project.orchestra("cost", "--by", "task");
  expect(stdout).toMatch(
    /^TASK +ATTEMPTS +FAILED +INPUT +CACHE READ +CACHE WRITE +OUTPUT +COST +OF FAILED\n/,
  );
  expect(stdout).toMatch(/^mute +1 +0 +– +– +– +– +–$/m);
  expect(stdout).toMatch(/^total +3 +1 .*\$0\.0189 +\$0\.0095$/m);
  expect(stdout).toContain("Agents told no tokens of 1 attempt and no cost of 1 attempt");
  const today = new Date().toISOString().slice(0, 10);
  const byDay = REPORT_SHAPES.Cost.parse(await project.json("cost", "--by", "day"));
  expect(byDay.rows.at(-1)?.key).toBe(today);
});

test("what a killed agent has spent is in the sums", async () => {
  using project = createProject(CONFIG);
  const agent = holdAgent(project);
  await project.orchestra("start", "teller", `${agent.waits}; exit 0`, "--id", "held");
  const running = project.start("run");
  await agent.began();
  const over = once(running, "exit");
  await until(async () => {
    const { total } = REPORT_SHAPES.Cost.parse(await project.json("cost"));
    return total.withoutUsage === 0 && total.attempts === 1 ? true : undefined;
  });
  await project.orchestra("cancel", "held");
  await over;
  const { total } = REPORT_SHAPES.Cost.parse(await project.json("cost"));
  expect(total).toMatchObject({ attempts: 1, unsuccessful: 1, withoutUsage: 0 });
});

test("an agent that tells no cost has one by the price of its model, and it is marked as such", async () => {
  const stream = resolve("test/fixtures/streams/codex-success.jsonl");
  const line = `[sh, -c, "cat '${stream}'; cat > /dev/null; echo $ORCHESTRA_TASK_ID > $ORCHESTRA_TASK_ID.txt"]`;
  using project = createProject(`agents:
  known: { adapter: codex, model: openai/gpt-5, command: ${line} }
  mine: { adapter: codex, model: my-model, command: ${line} }
  unknown: { adapter: codex, command: ${line} }
defaults: { agent: known }
prices: { my-model: { input: 1, cache_read: 0, output: 0 } }
checks: []
`);
  for (const agent of ["known", "mine", "unknown"]) {
    await project.orchestra("start", agent, "x", "--id", agent);
  }
  await project.orchestra("run");
  const { rows, total } = REPORT_SHAPES.Cost.parse(await project.json("cost"));
  const costs = Object.fromEntries(
    rows.map(({ key, costUsd, estimatedUsd }) => [key, [costUsd, estimatedUsd]]),
  );
  // 800 tokens of input, 1,600 from a cache, 68 written and thought.
  expect(costs).toEqual({
    known: [0.001_88, 0.001_88],
    mine: [0.000_8, 0.000_8],
    unknown: [undefined, undefined],
  });
  expect(total).toMatchObject({ withoutCost: 1, estimatedUsd: 0.002_68 });
  const { stdout } = await project.orchestra("cost");
  expect(stdout).toMatch(/^known .*~\$0\.0019/m);
  expect(stdout).toContain("~ holds $0.0027 reckoned from tokens");
  expect((await project.orchestra("show", "known")).stdout).toContain("~$0.0019");
});

test("what cannot be added up by is refused", async () => {
  using project = createProject(CONFIG);
  expect(await project.orchestra("cost", "--by", "week")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("Allowed choices are agent, task, day"),
  });
});
