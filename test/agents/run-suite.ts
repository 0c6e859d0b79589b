import { once } from "node:events";
import { beforeAll, describe, expect, test } from "vitest";
import { BAD_TURNS, endsOf } from "./bad-ends.ts";
import type { AgentDriver } from "./driver.ts";
import { childrenOf, isAlive, livingProcesses } from "./living-processes.ts";
import type { RealProject } from "./real-project.ts";
import type { Turn } from "./script.ts";
import { setStage, shown, startOf, told, usageOf } from "./stage.ts";
import { until } from "./until.ts";

/** Works tasks with a real CLI by the real command, and does to both whatever befalls them. */
export function describeRuns(driver: AgentDriver): void {
  describe(`the real ${driver.name}`, () => {
    runs(driver);
  });
}

function runs(driver: AgentDriver): void {
  beforeAll(driver.install);

  test("works a graph of tasks, checked and merged, exact to the token", async () => {
    await using stage = await setStage(driver, {
      one: [driver.runs("echo one > one.txt"), { text: "Wrote one." }],
      two: [driver.runs("cat one.txt one.txt > two.txt"), { text: "Wrote two." }],
    });
    const { project } = stage;
    await project.orchestra(...startOf("one"), "-c", "test -s one.txt");
    await project.orchestra(...startOf("two"), "-a", "one");

    const { exitCode, stderr } = await project.orchestra("run");
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(project.read("two.txt")).toBe("one\none\n");
    const { task, attempts } = await shown(project, "two");
    expect(task.state).toBe("complete");
    expect(attempts).toMatchObject([{ state: "succeeded", ...told(driver, 2) }]);
    expect(project.git("status", "--porcelain")).toBe("");
    expect(project.git("branch", "--list", "orchestra/*")).toBe("");
  });

  test("answers when it is tested, and says what is wrong when it is refused", async () => {
    const refusals = Array(ENOUGH_TURNS).fill(BAD_TURNS.refused);
    await using stage = await setStage(driver, { "": [{ text: "ready" }, ...refusals] });
    const { project } = stage;
    const good = await project.orchestra("agents", "test", driver.name);
    expect(good).toMatchObject({ exitCode: 0 });
    expect(good.stdout).toMatch(/answered "ready" in \d+s \(.* in, .* out/);

    const bad = await project.orchestra("agents", "test", driver.name);
    expect(bad).toMatchObject({ exitCode: 3 });
    expect(bad.stdout).toContain("auth: ");
  });

  test("ends in the class of what its model does, and leaves nothing running", async () => {
    const ends = endsOf(driver);
    const bad = Object.fromEntries(
      Object.entries(BAD_TURNS).map(([name, turn]) => [name, Array(ENOUGH_TURNS).fill(turn)]),
    );
    await using stage = await setStage(driver, { ...bad, hangs: [{ hang: true }] });
    const { project } = stage;
    const { refused, ...others } = ends;
    for (const [name, failureClass] of Object.entries(others)) {
      const timeout = failureClass === "timeout" ? SHORT_TIMEOUT : "1h";
      await project.orchestra(...startOf(name), "--timeout", timeout, "--max-retries", "0");
    }
    const running = project.start("run", "--parallel", "3");
    const ended = once(running, "exit");
    const classes = await until(async () => settledClasses(project, others));
    // A provider that is busy is waited for at no cost.
    await project.orchestra("cancel", "busy");
    await ended;
    expect(classes).toEqual(others);

    // Alone, because whoever is refused holds all other tasks of its agent.
    await project.orchestra(...startOf("refused"), "--max-retries", "0");
    await project.orchestra("run");
    expect(await settledClasses(project, { refused: "auth" })).toEqual({ refused });
    expect(livingProcesses(project.root)).toEqual([]);
  });

  // Each only where the CLI can: no test is left out.
  test.each(driver.limitedUntil ? [driver.limitedUntil] : [])(
    "parks its task at a usage limit until the time that is told",
    async (limitedUntil) => {
      const resetsAtS = Math.floor(Date.now() / 1_000) + 7_200;
      const limited = limitedUntil(resetsAtS);
      await using stage = await setStage(driver, {
        limited: [driver.runs("echo begun > work.txt"), ...Array(ENOUGH_TURNS).fill(limited)],
      });
      const { project } = stage;
      await project.orchestra(...startOf("limited"), "--max-retries", "0");
      const running = project.start("run");
      const ended = once(running, "exit");
      const parked = await until(async () => {
        const { task, attempts } = await shown(project, "limited");
        return task.state === "ready" && attempts.length > 0 ? { task, attempts } : undefined;
      });
      running.kill("SIGINT");
      await ended;

      expect(parked).toMatchObject({
        task: { failureCount: 0 },
        attempts: [{ failure: { class: "quota" } }],
      });
      const { resetAtMs } = parked.attempts[0]?.failure ?? {};
      if (driver.resetToleranceMs === undefined) return;
      const lateMs = (resetAtMs ?? 0) - resetsAtS * 1_000;
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThanOrEqual(driver.resetToleranceMs);
    },
  );

  test.each(driver.resumesLate === undefined ? [driver] : [])(
    "goes on with its session when it is sent back, and no token counts twice",
    async () => {
      await using stage = await setStage(driver, {
        resumed: [
          driver.runs("echo begun > work.txt"),
          ...refusalsOf(driver),
          driver.runs("echo done >> work.txt"),
          { text: "Done after all." },
        ],
      });
      const { project, endpoint } = stage;
      await project.orchestra(...startOf("resumed"));
      expect((await project.orchestra("run")).exitCode).toBe(4);
      await project.orchestra("retry", "resumed");

      expect((await project.orchestra("run")).exitCode).toBe(0);
      const task = await shown(project, "resumed");
      expect(task.attempts).toMatchObject([
        { failure: { class: "auth" } },
        { resumesSession: true, sessionId: task.attempts[0]?.sessionId, state: "succeeded" },
      ]);
      expect(usageOf(task)).toEqual(driver.spentInTurns(3).usage);
      expect(project.read("work.txt")).toBe("begun\ndone\n");
      const said = endpoint.requests.at(-1)?.texts.map(({ text }) => text);
      expect(said?.filter((text) => text.includes("[script:resumed]"))).not.toEqual([]);
    },
  );

  test("goes on after its very first call was refused, at the cost of no retry", async () => {
    await using stage = await setStage(driver, {
      begun: [
        ...refusalsOf(driver),
        driver.runs("echo done > work.txt"),
        { text: "Done after all." },
      ],
    });
    const { project } = stage;
    await project.orchestra(...startOf("begun"), "--max-retries", "0");
    expect((await project.orchestra("run")).exitCode).toBe(4);
    await project.orchestra("retry", "begun");

    expect((await project.orchestra("run")).exitCode).toBe(0);
    const { attempts } = await shown(project, "begun");
    expect(attempts).toMatchObject([{ failure: { class: "auth" } }, { state: "succeeded" }]);
    expect(project.read("work.txt")).toBe("done\n");
  });

  test("is taken up again after Orchestra was killed, and finishes its work", async () => {
    await using stage = await setStage(driver, {
      // Some refuse a command that begins with `sleep`.
      slow: [
        driver.runs("echo begun > slow.txt; sleep 3; echo done > slow.txt"),
        { text: "Slow, but done." },
      ],
    });
    const { project } = stage;
    await project.orchestra(...startOf("slow"));
    const running = project.start("run");
    const ended = once(running, "exit");
    const pid = await until(async () => runningPid(project, "slow"));
    running.kill("SIGKILL");
    await ended;
    expect(isAlive(pid)).toBe(true);

    expect((await project.orchestra("run")).exitCode).toBe(0);
    const { task, attempts } = await shown(project, "slow");
    expect(task.state).toBe("complete");
    expect(attempts).toMatchObject([{ pid, ...told(driver, 2) }]);
    expect(project.read("slow.txt")).toBe("done\n");
  });

  test("leaves nothing running when it is killed and what it started lives on", async () => {
    await using stage = await setStage(driver, {
      killed: [driver.runs("touch begun; sleep 300"), { text: "Never said." }],
    });
    const { project, endpoint } = stage;
    await project.orchestra(...startOf("killed"), "--max-retries", "0");
    const running = project.start("run");
    const ended = once(running, "exit");
    const pid = await until(async () => runningPid(project, "killed"));
    await until(async () => (endpoint.requests.length > 0 ? true : undefined));
    const agent = await until(async () => childrenOf(pid).at(0));
    const offspring = await until(async () => childrenOf(agent).at(0));
    process.kill(agent, "SIGKILL");
    await ended;

    const { attempts } = await shown(project, "killed");
    expect(attempts).toMatchObject([{ failure: { class: "process_crash" } }]);
    expect(isAlive(offspring)).toBe(false);
    expect(livingProcesses(project.root)).toEqual([]);
  });
}

/** Long enough for a CLI to start and to meet its model. */
const SHORT_TIMEOUT = "10s";
/** More than a client asks for one answer again. */
const ENOUGH_TURNS = 20;

/** How each task failed last, once all are where they stay: stopped, or waiting as expected. */
async function settledClasses(
  project: RealProject,
  expected: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string | undefined>> | undefined> {
  const all = await Promise.all(
    Object.entries(expected).map(async ([id, failureClass]) => {
      const { task, attempts } = await shown(project, id);
      const told = attempts.findLast(({ failure }) => failure)?.failure?.class;
      const isSettled = told === failureClass || task.state === "waiting_human";
      return { id, told, isSettled };
    }),
  );
  if (!all.every(({ isSettled }) => isSettled)) return undefined;
  return Object.fromEntries(all.map(({ id, told }) => [id, told]));
}

async function runningPid(project: RealProject, id: string): Promise<number | undefined> {
  const [attempt] = (await shown(project, id)).attempts;
  return attempt?.state === "running" ? attempt.pid : undefined;
}

/** As many refusals as the CLI asks for before it gives up. */
function refusalsOf(driver: AgentDriver): readonly Turn[] {
  return Array<Turn>(driver.refusalsNeeded ?? 1).fill(BAD_TURNS.refused);
}
