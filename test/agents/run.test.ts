import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { installClaude } from "./install-claude.ts";
import { createRealProject } from "./real-project.ts";
import { TURN_USAGE, type Script, type Turn } from "./script.ts";
import { startScriptedEndpoint } from "./scripted-endpoint.ts";

let claude: string;
beforeAll(async () => {
  claude = await installClaude();
});

/** Writes a file with Claude's own tool, and says so. */
function writes(file: string, content: string): Script {
  return [
    { tool: "Bash", input: { command: `printf '%s\\n' '${content}' > ${file}`, description: "w" } },
    { text: `Wrote ${file}.` },
  ];
}

/** A task that is worked by the script of its name; Claude is shown commits, so titles name none. */
function startOf(name: string): readonly string[] {
  return ["start", `[script:${name}] Do it.`, "--id", name, "--title", `Work ${name}`];
}

type Shown = {
  readonly task: { readonly state: string; readonly mergedCommit?: string };
  readonly attempts: readonly {
    readonly state: string;
    readonly usage: object;
    readonly costUsd?: number;
    readonly pid?: number;
    readonly sessionId?: string;
    readonly failure?: { readonly class: string; readonly resetAtMs?: number };
  }[];
};

test("a graph of three tasks is worked, checked and merged, exact to the token", async () => {
  await using endpoint = await startScriptedEndpoint({
    one: writes("one.txt", "one"),
    two: writes("two.txt", "two"),
    three: [
      { tool: "Bash", input: { command: "cat one.txt two.txt > three.txt", description: "j" } },
      { text: "Joined them." },
    ],
  });
  using project = createRealProject(claude, endpoint.url);
  await project.orchestra(...startOf("one"), "-c", "test -s one.txt");
  await project.orchestra(...startOf("two"), "-c", "test -s two.txt");
  await project.orchestra(...startOf("three"), "-a", "one", "two");

  const { exitCode, stderr } = await project.orchestra("run");
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  expect(project.read("three.txt")).toBe("one\ntwo\n");
  const { task, attempts } = (await project.json("show", "three")) as Shown;
  expect(task.state).toBe("complete");
  expect(attempts).toMatchObject([
    {
      state: "succeeded",
      usage: {
        inputTokens: 2 * TURN_USAGE.input,
        cacheReadTokens: 2 * TURN_USAGE.cacheRead,
        cacheWriteTokens: 2 * TURN_USAGE.cacheWrite,
        outputTokens: 2 * TURN_USAGE.output,
        reasoningTokens: 0,
      },
    },
  ]);
  expect(attempts[0]?.costUsd).toBeCloseTo(0.00945, 10);
  expect(project.git("status", "--porcelain")).toBe("");
  expect(project.git("branch", "--list", "orchestra/*")).toBe("");
});

test("a usage limit with a reset time parks the task, uses no retry, and the session goes on", async () => {
  const resetsAtS = Math.floor(Date.now() / 1000) + 3;
  await using endpoint = await startScriptedEndpoint({
    limited: [
      { tool: "Bash", input: { command: "echo begun > work.txt", description: "w" } },
      {
        status: 429,
        error: { type: "rate_limit_error", message: `Claude AI usage limit reached|${resetsAtS}` },
      },
      { text: "Now I could finish." },
    ],
  });
  using project = createRealProject(claude, endpoint.url);
  await project.orchestra(...startOf("limited"), "--max-retries", "0");
  const running = project.start("run");
  const parked = await until(async () => {
    const { task, attempts } = (await project.json("show", "limited")) as Shown;
    return task.state === "ready" && attempts.length > 0 ? attempts[0] : undefined;
  });
  expect(parked).toMatchObject({ failure: { class: "quota", resetAtMs: resetsAtS * 1000 } });

  await once(running, "exit");
  const { task, attempts } = (await project.json("show", "limited")) as Shown;
  expect(task).toMatchObject({ state: "complete", failureCount: 0 });
  expect(attempts[1]).toMatchObject({ resumesSession: true, sessionId: attempts[0]?.sessionId });
  expect(project.read("work.txt")).toBe("begun\n");
});

test("an agent that hangs is ended at its timeout, and nothing of it is left running", async () => {
  await using endpoint = await startScriptedEndpoint({ hangs: [{ hang: true }] });
  using project = createRealProject(claude, endpoint.url);
  await project.orchestra(...startOf("hangs"), "--timeout", "4s", "--max-retries", "0");

  expect((await project.orchestra("run")).exitCode).toBe(4);
  const { attempts } = (await project.json("show", "hangs")) as Shown;
  expect(attempts).toMatchObject([{ state: "timed_out", failure: { class: "timeout" } }]);
  expect(livingProcesses(project.root)).toEqual([]);
});

test.each([
  ["401", "auth", { status: 401, error: { type: "authentication_error", message: "bad key" } }],
  ["500", "provider_error", { status: 500, error: { type: "api_error", message: "broken" } }],
  ["garbage", "provider_error", { garbage: "this is no stream" }],
] as const)("an endpoint that answers with %s ends in its class", async (_name, wanted, turn) => {
  await using endpoint = await startScriptedEndpoint({
    bad: Array.from<Turn>({ length: ENOUGH_TURNS }).fill(turn),
  });
  using project = createRealProject(claude, endpoint.url);
  await project.orchestra(...startOf("bad"), "--max-retries", "0");

  expect((await project.orchestra("run")).exitCode).toBe(4);
  const { task, attempts } = (await project.json("show", "bad")) as Shown;
  expect(task.state).toBe("waiting_human");
  expect(attempts[0]?.state).toBe("failed");
  expect(attempts[0]?.failure?.class).toBe(wanted);
});

test("killed in mid-run, Orchestra takes up the same agent process and finishes its work", async () => {
  await using endpoint = await startScriptedEndpoint({
    slow: [
      { tool: "Bash", input: { command: "sleep 3; echo done > slow.txt", description: "w" } },
      { text: "Slow, but done." },
    ],
  });
  using project = createRealProject(claude, endpoint.url);
  await project.orchestra(...startOf("slow"));
  const running = project.start("run");
  const before = await until(async () => {
    const { attempts } = (await project.json("show", "slow")) as Shown;
    return attempts[0]?.state === "running" ? attempts[0] : undefined;
  });
  running.kill("SIGKILL");
  await once(running, "exit");
  expect(isAlive(before.pid)).toBe(true);

  expect((await project.orchestra("run")).exitCode).toBe(0);
  const { task, attempts } = (await project.json("show", "slow")) as Shown;
  expect(task.state).toBe("complete");
  expect(attempts).toHaveLength(1);
  expect(attempts[0]).toMatchObject({
    pid: before.pid,
    usage: { inputTokens: 2 * TURN_USAGE.input, outputTokens: 2 * TURN_USAGE.output },
  });
  expect(project.read("slow.txt")).toBe("done\n");
});

/** More than a client asks for one answer again. */
const ENOUGH_TURNS = 20;
const LOOK_EVERY_MS = 100;
const DEADLINE_MS = 60_000;

/** The first answer that is there, asked again and again until a deadline. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let waitedMs = 0; waitedMs < DEADLINE_MS; waitedMs += LOOK_EVERY_MS) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(LOOK_EVERY_MS);
  }
  throw new Error("It did not come to be so.");
}

function isAlive(pid: number | undefined): boolean {
  return pid !== undefined && existsSync(`/proc/${pid}`);
}

/** Processes that were started for this project, by the folder in their environment. */
function livingProcesses(root: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(`ORCHESTRA_ROOT=${root}\0`));
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}
