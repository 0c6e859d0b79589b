import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createPosixProcesses } from "../agents/process/posix-processes.ts";
import { machineProcessTable } from "../agents/process/process-table.ts";
import { until } from "../agents/process/until.ts";
import type { Processes } from "../agents/processes.ts";
import { OrchestraError } from "../core/errors.ts";
import type { CheckEvidence } from "../core/evidence.ts";
import type { CheckSpec } from "../core/task.ts";
import { systemClock } from "../system-clock.ts";
import type { CheckRequest } from "./check-runner.ts";
import { CHECK_OUTPUT_BYTES_MAX } from "./command-check.ts";
import { createCheckRunner } from "./process-check-runner.ts";

const UNPROVEN = { survivorsKilled: 0, isProvenDead: false };
const NEVER = new AbortController().signal;

function setup() {
  const cwd = mkdtempSync(join(tmpdir(), "orchestra-check-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const outputFolder = join(cwd, "checks");
  const processes = createPosixProcesses({
    table: machineProcessTable(),
    clock: systemClock,
    onExit: () => undefined,
  });
  const request: CheckRequest = {
    checks: [],
    cwd,
    commit: "c0ffee",
    env: { PATH: process.env["PATH"] ?? "" },
    outputFolder,
    facts: { exitCode: 0, leftovers: [], hasChanges: true },
  };
  const run = async (
    checks: readonly CheckSpec[],
    more: Partial<CheckRequest> = {},
    signal = NEVER,
    on: Processes = processes,
  ): Promise<readonly CheckEvidence[]> =>
    createCheckRunner({ processes: on, clock: systemClock }).run(
      { ...request, ...more, checks },
      signal,
    );
  return { cwd, outputFolder, processes, run };
}

const aCheck = (program: string, more: Partial<Extract<CheckSpec, { kind: "command" }>> = {}) =>
  ({
    kind: "command",
    name: "tests",
    command: ["sh", "-c", program],
    timeoutMs: 60_000,
    ...more,
  }) as const;

const pidIn = async (file: string): Promise<number> => {
  await until(systemClock, () => existsSync(file) && readFileSync(file, "utf8") !== "", 10_000);
  return Number(readFileSync(file, "utf8"));
};
const isLiving = (pid: number): boolean => machineProcessTable().find(pid) !== undefined;

test("a command that exits with 0 passes, with its output as evidence", async () => {
  const { run, outputFolder } = setup();
  const [evidence] = await run([
    aCheck("echo out; echo err >&2; echo more", { name: "unit tests/all" }),
  ]);
  expect(evidence).toMatchObject({
    check: "unit tests/all",
    commit: "c0ffee",
    passed: true,
    exitCode: 0,
    output: "out\nerr\nmore",
  });
  expect(readdirSync(outputFolder)).toEqual(["1-unit-tests-all.log"]);
  expect(readFileSync(join(outputFolder, "1-unit-tests-all.log"), "utf8")).toBe("out\nerr\nmore\n");
});

test("a command that exits otherwise fails, and the checks after it do not run", async () => {
  const { run, cwd } = setup();
  const evidence = await run([aCheck("true"), aCheck("echo why; exit 3"), aCheck("touch ran")]);
  expect(evidence.map((one) => one.passed)).toEqual([true, false]);
  expect(evidence[1]).toMatchObject({ exitCode: 3, output: "why" });
  expect(existsSync(join(cwd, "ran"))).toBe(false);
});

test("a command gets the environment and the folder it is asked to run in", async () => {
  const { run, cwd } = setup();
  const env = { PATH: process.env["PATH"] ?? "", COLOR: "blue" };
  const [evidence] = await run([aCheck('echo "$COLOR"; pwd')], { env });
  expect(evidence?.output).toBe(`blue\n${cwd}`);
});

test("a command that is not there fails and says what to do", async () => {
  const { run } = setup();
  const [evidence] = await run([aCheck("", { command: ["no-such-tool", "--all"] })]);
  expect(evidence).toMatchObject({ passed: false, exitCode: 127 });
  expect(evidence?.output).toMatch(/not found[^]*"no-such-tool" could not be run: install it/);
});

test("a folder that is gone fails the check and says so", async () => {
  const { run } = setup();
  const [evidence] = await run([aCheck("true")], { cwd: "/nowhere" });
  expect(evidence).toMatchObject({ passed: false, exitCode: undefined });
  expect(evidence?.output).toContain("There is no folder /nowhere");
});

test("a command that dies by a signal fails, and the signal is named", async () => {
  const { run } = setup();
  const [evidence] = await run([aCheck("kill -SEGV $$")]);
  expect(evidence).toMatchObject({
    passed: false,
    exitCode: undefined,
    output: "It was ended by SIGSEGV.",
  });
});

test("a command that takes too long is ended with its children, and keeps its output", async () => {
  const { run, cwd } = setup();
  const program = "echo begun; sleep 600 & echo $! > pid; wait";
  const [evidence] = await run([aCheck(program, { timeoutMs: 300 })]);
  expect(evidence).toMatchObject({ passed: false, exitCode: undefined });
  expect(evidence?.durationMs).toBeGreaterThanOrEqual(300);
  expect(evidence?.output).toContain("begun\nIt ran longer than its timeout of 0.3 s");
  expect(isLiving(await pidIn(join(cwd, "pid")))).toBe(false);
});

test("a server that a check left running is ended", async () => {
  const { run, cwd } = setup();
  const [evidence] = await run([aCheck("sleep 600 > /dev/null 2>&1 & echo $! > pid")]);
  expect(evidence?.passed).toBe(true);
  expect(isLiving(await pidIn(join(cwd, "pid")))).toBe(false);
});

test("checks that are broken off leave nothing running", async () => {
  const { run, cwd } = setup();
  const controller = new AbortController();
  const running = run(
    [aCheck("echo $$ > pid; exec sleep 600"), aCheck("touch ran")],
    {},
    controller.signal,
  );
  const pid = await pidIn(join(cwd, "pid"));
  controller.abort();
  expect(await running).toMatchObject([{ passed: false, output: "It was broken off." }]);
  expect(isLiving(pid)).toBe(false);
  expect(existsSync(join(cwd, "ran"))).toBe(false);
});

test("what an earlier run left running is ended before the check runs again", async () => {
  const { run, processes, outputFolder, cwd } = setup();
  const folder = join(outputFolder, "1-tests");
  mkdirSync(folder, { recursive: true });
  await processes.start({
    folder,
    command: ["sh", "-c", "echo $$ > pid; exec sleep 600"],
    cwd,
    env: { PATH: process.env["PATH"] ?? "" },
    stdinFile: undefined,
    note: "",
  });
  const pid = await pidIn(join(cwd, "pid"));
  // One that nobody has reaped yet is dead all the same.
  const isGone = `[ ! -e /proc/${pid} ] || grep -q '^State:.Z' /proc/${pid}/status`;
  const [evidence] = await run([aCheck(isGone)]);
  expect(evidence?.passed).toBe(true);
});

test("a check that prints without end is ended, and its log is bounded", async () => {
  const { run, outputFolder } = setup();
  const [evidence] = await run([aCheck("echo first; exec yes 'and so on'")]);
  expect(evidence).toMatchObject({ passed: false, exitCode: undefined });
  expect(evidence?.output).toMatch(/^first\n[^]*It printed more than 64 MiB, and was ended\.$/);
  const { size } = statSync(join(outputFolder, "1-tests.log"));
  expect(size).toBe(CHECK_OUTPUT_BYTES_MAX);
});

test("a long output is shown by its head, its tail and what looks important", async () => {
  const { run } = setup();
  const program = "seq 1 200000; echo 'AssertionError: 1 is not 2'; seq 200001 230000; exit 1";
  const [evidence] = await run([aCheck(program)]);
  expect(evidence?.output.length).toBeLessThanOrEqual(8_000);
  expect(evidence?.output).toMatch(
    /^1\n2\n[^]*\nAssertionError: 1 is not 2\n[^]*\n229999\n230000$/,
  );
});

test.each([
  ["exit_code", { exitCode: 0 }, true, "exit code 0"],
  ["exit_code", { exitCode: 2 }, false, "exit code 2; it must end with 0"],
  ["exit_code", { exitCode: undefined }, false, "it must end with 0"],
  ["clean_tree", { leftovers: [] }, true, "Everything was committed"],
  ["clean_tree", { leftovers: ["a.txt", "b c.txt"] }, false, "a.txt, b c.txt"],
  ["has_changes", { hasChanges: true }, true, "There are changes"],
  ["has_changes", { hasChanges: false }, false, "Nothing was changed"],
] as const)("%s with %o: passed is %s", async (name, facts, passed, words) => {
  const { run } = setup();
  const all = { exitCode: 0, leftovers: [], hasChanges: true, ...facts };
  const [evidence] = await run([{ kind: "builtin", name }], { facts: all });
  expect(evidence).toMatchObject({ check: name, commit: "c0ffee", passed, exitCode: undefined });
  expect(evidence?.output).toContain(words);
});

test("a name that is no safe file name is made one", async () => {
  const { run, outputFolder } = setup();
  writeFileSync(join(outputFolder, "..", "precious.log"), "kept");
  await run([aCheck("echo hi", { name: "../../precious" })]);
  expect(readdirSync(outputFolder)).toEqual(["1-precious.log"]);
});

test("trouble of the machine proves nothing, and is told to whoever asked", async () => {
  const { run, processes } = setup();
  const full = new OrchestraError("MACHINE_FULL", "No process can be started.");
  const start = async (): Promise<void> => {
    throw full;
  };
  await expect(run([aCheck("true")], {}, NEVER, { ...processes, start })).rejects.toBe(full);
});

test("a check of which something may live on has not ended", async () => {
  const { run, processes } = setup();
  const surviving = { ...processes, terminate: async () => UNPROVEN };
  const checking = run([aCheck("true")], {}, NEVER, surviving);
  await expect(checking).rejects.toThrow("could not be ended");
});
