import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ATTEMPT_FILES } from "../processes.ts";
import { readIdentity } from "./identity.ts";
import { aRequest } from "./testing/a-request.ts";
import { eventually, isLiving, realProcesses } from "./testing/real-processes.ts";

const ESCAPEE = fileURLToPath(new URL("testing/escapee.mjs", import.meta.url));
const NODE = process.execPath;

const fileIn = (folder: string, name: string): string => readFileSync(join(folder, name), "utf8");
const pidIn = async (folder: string, name = "pid"): Promise<number> => {
  await eventually(() => existsSync(join(folder, name)) && fileIn(folder, name) !== "");
  return Number(fileIn(folder, name));
};

test("a command gets its input and leaves its output, errors and exit code in the folder", async () => {
  const processes = realProcesses();
  const stdinFile = join(processes.newFolder(), "input");
  writeFileSync(stdinFile, "hello\n");
  const folder = await processes.run(["sh", "-c", "cat; echo bad >&2; exit 7"], { stdinFile });

  const state = await processes.reached(folder, "exited");

  expect(state).toMatchObject({ exitCode: 7, signal: undefined });
  expect(Math.abs(Date.now() - state.endedAtMs)).toBeLessThan(10_000);
  expect(fileIn(folder, ATTEMPT_FILES.stdout)).toBe("hello\n");
  expect(fileIn(folder, ATTEMPT_FILES.stderr)).toBe("bad\n");
});

test("without input a command reads the end of the file at once", async () => {
  const processes = realProcesses();
  const folder = await processes.run(["cat"]);
  expect(await processes.reached(folder, "exited")).toMatchObject({ exitCode: 0 });
});

test("a running command is known by its pid until it ends, which is hinted", async () => {
  const processes = realProcesses();
  const folder = await processes.run(["sh", "-c", "until [ -e go ]; do sleep 0.02; done"]);

  const { pid } = await processes.reached(folder, "running");
  expect(isLiving(pid)).toBe(true);

  writeFileSync(join(folder, "go"), "");
  await processes.reached(folder, "exited");
  await eventually(() => processes.hinted.includes(folder));
  expect(isLiving(pid)).toBe(false);
});

test.each(["TERM", "INT", "HUP", "KILL", "SEGV"])(
  "death by SIG%s is told as such",
  async (name) => {
    const processes = realProcesses();
    const folder = await processes.run(["sh", "-c", `kill -${name} $$`]);
    const state = await processes.reached(folder, "exited");
    expect(state).toMatchObject({ exitCode: undefined, signal: `SIG${name}` });
  },
);

test("a command runs with its own arguments, environment and folder, whatever is in them", async () => {
  const processes = realProcesses();
  const odd = ["", "-n", "$(touch hacked)", "a b", "'\"\\", "line\nfeed", "*", "ünï"];
  const program =
    "console.log(JSON.stringify([process.argv.slice(1), process.env.ODD, process.cwd()]))";
  const cwd = processes.newFolder();
  const env = { PATH: process.env["PATH"] ?? "", ODD: "a\nb $HOME '", PWD: "/nowhere" };
  const folder = await processes.run([NODE, "-e", program, "--", ...odd], { cwd, env });

  await processes.reached(folder, "exited");

  expect(JSON.parse(fileIn(folder, ATTEMPT_FILES.stdout))).toEqual([odd, env.ODD, cwd]);
  expect(existsSync(join(cwd, "hacked"))).toBe(false);
});

test("a name that is also a command of the shell means the program", async () => {
  const processes = realProcesses();
  const cwd = processes.newFolder();
  symlinkSync("/bin/echo", join(cwd, "exit"));
  const folder = await processes.run(["exit", "3"], { cwd, env: { PATH: cwd } });
  expect(await processes.reached(folder, "exited")).toMatchObject({ exitCode: 0 });
  expect(fileIn(folder, ATTEMPT_FILES.stdout)).toBe("3\n");
});

test("of many starts in one folder, one runs the command", async () => {
  const processes = realProcesses();
  const folder = processes.newFolder();
  const request = aRequest(folder, ["sh", "-c", "echo ran >> count"]);

  await Promise.all(Array.from({ length: 8 }, async () => processes.start(request)));
  await processes.reached(folder, "exited");
  await processes.start(request);
  await processes.terminate(folder, 0);

  expect(fileIn(folder, "count")).toBe("ran\n");
});

test("nothing starts from a folder that was terminated", async () => {
  const processes = realProcesses();
  const folder = processes.newFolder();
  expect(await processes.inspect(folder)).toEqual({ kind: "not_started" });
  expect(await processes.terminate(folder, 0)).toEqual({ survivorsKilled: 0, isProvenDead: true });

  await processes.start(aRequest(folder, ["touch", "ran"]));

  expect(existsSync(join(folder, "ran"))).toBe(false);
});

test("an exit record that is not written to its end is not there yet", async () => {
  const processes = realProcesses();
  const folder = await processes.run(["sleep", "600"]);
  writeFileSync(join(folder, ATTEMPT_FILES.exit), "0");
  expect(await processes.inspect(folder)).toMatchObject({ kind: "running" });
});

test("a group that is asked to end may take its time, and its exit is recorded", async () => {
  const processes = realProcesses();
  const program = "trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.02; done";
  const folder = await processes.run(["sh", "-c", program]);
  await eventually(() => fileIn(folder, ATTEMPT_FILES.stdout) === "up\n");

  const termination = await processes.terminate(folder, 10_000);

  expect(termination).toEqual({ survivorsKilled: 0, isProvenDead: true });
  expect(fileIn(folder, ATTEMPT_FILES.stdout)).toBe("up\nbye\n");
  expect(await processes.inspect(folder)).toMatchObject({ kind: "exited", exitCode: 5 });
});

test("a group that does not listen is killed after the grace, and is then gone", async () => {
  const processes = realProcesses();
  const program = "trap '' TERM; echo $$ > pid; while :; do sleep 0.02; done";
  const folder = await processes.run(["sh", "-c", program]);
  const pid = await pidIn(folder);

  const startedMs = performance.now();
  const termination = await processes.terminate(folder, 200);

  expect(performance.now() - startedMs).toBeGreaterThan(199);
  expect(termination.isProvenDead).toBe(true);
  expect(isLiving(pid)).toBe(false);
  expect(await processes.inspect(folder)).toEqual({ kind: "vanished" });
  expect(await processes.terminate(folder, 200)).toEqual({
    survivorsKilled: 0,
    isProvenDead: true,
  });
});

test("a server that the command left in its group is ended", async () => {
  const processes = realProcesses();
  const folder = await processes.run(["sh", "-c", "sleep 600 & echo $! > pid"]);
  await processes.reached(folder, "exited");
  const pid = await pidIn(folder);
  expect(isLiving(pid)).toBe(true);

  expect(await processes.terminate(folder, 5_000)).toEqual({
    survivorsKilled: 0,
    isProvenDead: true,
  });

  expect(isLiving(pid)).toBe(false);
});

test("what removed the marker from its environment is still ended with its group", async () => {
  const processes = realProcesses();
  const folder = await processes.run(["sh", "-c", "env -i /bin/sleep 600 & echo $! > pid"]);
  await processes.reached(folder, "exited");
  const pid = await pidIn(folder);

  expect((await processes.terminate(folder, 5_000)).isProvenDead).toBe(true);

  expect(isLiving(pid)).toBe(false);
});

test("a daemon that left the group and lost its parents is found and ended", async () => {
  const processes = realProcesses();
  const folder = await processes.run([NODE, ESCAPEE, "pid"]);
  await processes.reached(folder, "exited");
  const pid = await pidIn(folder);
  expect(isLiving(pid)).toBe(true);

  expect(await processes.terminate(folder, 0)).toEqual({ survivorsKilled: 1, isProvenDead: true });

  expect(isLiving(pid)).toBe(false);
});

test("a child that left the group and the marker behind is found while its parent lives", async () => {
  const processes = realProcesses();
  const child = `const c = require("node:child_process").spawn("sleep", ["600"], { detached: true, env: { PATH: process.env.PATH } });
    require("node:fs").writeFileSync("pid", String(c.pid));
    setTimeout(() => {}, 600_000);`;
  const folder = await processes.run([NODE, "-e", child]);
  const pid = await pidIn(folder);

  expect(await processes.terminate(folder, 5_000)).toEqual({
    survivorsKilled: 1,
    isProvenDead: true,
  });

  expect(isLiving(pid)).toBe(false);
});

test("when the wrapper is killed and the agent lives on, it is running until it ends", async () => {
  const processes = realProcesses();
  const folder = await processes.run([
    "sh",
    "-c",
    "echo $$ > pid; until [ -e go ]; do sleep 0.02; done",
  ]);
  const pid = await pidIn(folder);
  const wrapper = readIdentity(folder)?.pid ?? 0;

  process.kill(wrapper, "SIGKILL");
  await eventually(() => !isLiving(wrapper));
  expect(await processes.inspect(folder)).toEqual({ kind: "running", pid: wrapper });
  expect(isLiving(pid)).toBe(true);

  writeFileSync(join(folder, "go"), "");
  await processes.reached(folder, "vanished");
});

test("when the wrapper is killed, what it started is ended all the same", async () => {
  const processes = realProcesses();
  const folder = await processes.run(["sh", "-c", "echo $$ > pid; exec sleep 600"]);
  const pid = await pidIn(folder);
  process.kill(readIdentity(folder)?.pid ?? 0, "SIGKILL");

  expect(await processes.terminate(folder, 5_000)).toEqual({
    survivorsKilled: 0,
    isProvenDead: true,
  });

  expect(isLiving(pid)).toBe(false);
});

test.each([
  [["no-such-program"], "AGENT_UNUSABLE", "no such executable on PATH"],
  [["./no-such-program"], "AGENT_UNUSABLE", "no such executable"],
  [["./plain.txt"], "AGENT_UNUSABLE", "not executable"],
  [[""], "AGENT_UNUSABLE", "no such executable"],
  [[], "AGENT_UNUSABLE", "no such executable"],
  [["echo", "x".repeat(200_000)], "INVALID_ARGUMENT", "arguments are too long"],
])("starting %o fails with %s before anything runs", async (command, code, words) => {
  const processes = realProcesses();
  const folder = processes.newFolder();
  writeFileSync(join(folder, "plain.txt"), "text");

  const starting = processes.start(aRequest(folder, command));

  await expect(starting).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  expect(await processes.inspect(folder)).toEqual({ kind: "not_started" });
});

test("starting in a folder that is gone says so", async () => {
  const processes = realProcesses();
  const request = aRequest(processes.newFolder(), ["true"]);
  const starting = processes.start({ ...request, cwd: "/nowhere" });
  await expect(starting).rejects.toMatchObject({ code: "REPOSITORY_UNUSABLE" });
});

test("a holder is told apart from a dead process, another boot and another host", async () => {
  const processes = realProcesses();
  const self = await processes.self();
  expect(self).toMatchObject({ pid: process.pid, host: hostname() });
  expect(await processes.isAlive(self)).toBe("alive");
  expect(await processes.isAlive({ ...self, startTime: "1" })).toBe("dead");
  expect(await processes.isAlive({ ...self, bootId: "another" })).toBe("dead");
  expect(await processes.isAlive({ ...self, host: "elsewhere" })).toBe("unknown");
});
