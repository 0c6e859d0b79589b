import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readExit, readIdentity, readNote } from "./identity.ts";
import { machineProcessTable } from "./process-table.ts";
import { eventually } from "./testing/real-processes.ts";
import { WRAPPER } from "./wrapper.ts";

const BOOT = "6a4fd9d2-1c1e-4f6e-9d0a-0a8f6a1c2b3d";
const NOTE = 'it\'s "noted" as $it %s is';
const SHELLS = ["/bin/sh", "/bin/dash", "/bin/bash"].filter((file) => existsSync(file));

describe.each(SHELLS)("the wrapper in %s", (shell) => {
  const run = (folder: string, command: readonly string[], inbox?: string) => {
    const input = inbox === undefined ? ["/dev/null", ""] : [inbox, "yes"];
    const args = ["-c", WRAPPER, "orchestra", folder, BOOT, ...input, NOTE, ...command];
    return spawn(shell, args, { cwd: folder, detached: true, stdio: "ignore" });
  };

  test("feeds its child what is appended to its inbox, up to an empty line", async () => {
    const folder = newFolder();
    const inbox = join(folder, "inbox");
    const printed = (): string => readFileSync(join(folder, "stdout"), "utf8");
    writeFileSync(inbox, "a \\n prompt -n %s\n");
    const child = run(folder, ["/bin/cat"], inbox);
    const ended = once(child, "exit");
    await eventually(() => existsSync(join(folder, "stdout")) && printed() !== "");
    for (const part of ["half of ", "a line\n", "the last\n"]) appendFileSync(inbox, part);
    await eventually(() => printed().endsWith("the last\n"));
    appendFileSync(inbox, "\nnever said\n");
    await ended;
    expect(printed()).toBe("a \\n prompt -n %s\nhalf of a line\nthe last\n");
    expect(readExit(folder)?.state.exitCode).toBe(0);
  });

  test("records the end of a child that reads no inbox, and leaves nobody to feed it", async () => {
    const folder = newFolder();
    const inbox = join(folder, "inbox");
    writeFileSync(inbox, "a prompt\n");
    const child = run(folder, ["/bin/sh", "-c", "exit 7"], inbox);
    await once(child, "exit");
    expect(readExit(folder)?.state.exitCode).toBe(7);
    const isAnyLeft = (): boolean =>
      machineProcessTable()
        .glance()
        .all(undefined)
        .some(({ group }) => group === child.pid);
    await eventually(() => !isAnyLeft());
  });

  test("writes down who it is, as the operating system tells it", async () => {
    const folder = newFolder();
    const child = run(folder, ["/bin/sh", "-c", "until [ -e go ]; do sleep 0.02; done"]);
    await eventually(() => readIdentity(folder) !== undefined);

    const table = machineProcessTable();
    const { pid = 0 } = child;
    const { startTime } = table.find(pid) ?? {};
    expect(readIdentity(folder)).toEqual({ pid, startTime, bootId: BOOT });
    expect(readNote(folder)).toBe(NOTE);

    writeFileSync(join(folder, "go"), "");
    await once(child, "exit");
    expect(readExit(folder)?.state.exitCode).toBe(0);
  });

  test("runs nothing in a folder that is taken", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "identity"), "someone\n");
    const [code] = await once(run(folder, ["/usr/bin/touch", "ran"]), "exit");
    expect(code).not.toBe(0);
    expect(existsSync(join(folder, "ran"))).toBe(false);
    expect(readFileSync(join(folder, "identity"), "utf8")).toBe("someone\n");
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "lives through %s to its group and records that its child did not",
    async (signal) => {
      const folder = newFolder();
      const child = run(folder, ["/bin/sh", "-c", ": > up; exec sleep 600"]);
      await eventually(() => existsSync(join(folder, "up")));
      process.kill(-(child.pid ?? 0), signal);
      await once(child, "exit");
      expect(readExit(folder)?.state).toMatchObject({ exitCode: undefined, signal });
    },
  );

  test("waits on for a child that outlives the signal", async () => {
    const folder = newFolder();
    const program = "trap 'echo heard' TERM; : > up; until [ -e go ]; do sleep 0.02; done; exit 9";
    const child = run(folder, ["/bin/sh", "-c", program]);
    await eventually(() => existsSync(join(folder, "up")));
    process.kill(-(child.pid ?? 0), "SIGTERM");
    await eventually(() => readFileSync(join(folder, "stdout"), "utf8") === "heard\n");
    expect(readExit(folder)).toBeUndefined();
    writeFileSync(join(folder, "go"), "");
    await once(child, "exit");
    expect(readExit(folder)?.state.exitCode).toBe(9);
  });

  test("leaves its child deaf to no signal", async () => {
    const folder = newFolder();
    const child = run(folder, ["/bin/sh", "-c", "kill -INT $$; kill -QUIT $$; exit 0"]);
    await once(child, "exit");
    expect(readExit(folder)?.state.signal).toBe("SIGINT");
  });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-wrapper-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
