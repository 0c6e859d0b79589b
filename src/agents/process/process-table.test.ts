import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { factsOf } from "./darwin-process-table.ts";
import { machineProcessTable } from "./process-table.ts";
import { eventually } from "./testing/real-processes.ts";
import { withoutDescriptors } from "./testing/without-descriptors.ts";

const table = machineProcessTable();

/** Becomes a new program as soon as it is one. */
const AGAIN = 'exec sh -c "$0" "$0"';

/** Lives on in a child, which lives on in another. */
const CHAIN = 'sleep 0.005; sh -c "$0" "$0" &';

/** A process that lives until the test ends. */
function aSleeper(program = "sleep", env: Record<string, string> = {}): number {
  const child = spawn(program, ["600"], {
    stdio: "ignore",
    detached: true,
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child.pid ?? 0;
}

test("a process is told with its parent, group and session", () => {
  const pid = aSleeper();
  expect(table.find(pid)).toMatchObject({ pid, parent: process.pid, group: pid, session: pid });
});

test("a command whose name looks like the end of its own field is read rightly", () => {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-table-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "a) Z 1 (b");
  copyFileSync("/bin/sleep", program);
  const pid = aSleeper(program);
  expect(table.find(pid)).toMatchObject({ parent: process.pid, group: pid });
});

test("a dead process is not told of, even while nobody has asked how it died", async () => {
  const program = "sleep 0 & echo $!; exec sleep 600";
  const child = spawn("sh", ["-c", program], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const zombie = Number(await new Promise((resolve) => child.stdout.once("data", resolve)));
  await eventually(() => table.find(zombie) === undefined);
  expect(
    table
      .glance()
      .all(undefined)
      .some((one) => one.pid === zombie),
  ).toBe(false);
});

test("those that started after a process are among all since then", () => {
  const oldest = table.find(aSleeper());
  const younger = aSleeper();
  expect(
    table
      .glance()
      .all(oldest)
      .map((one) => one.pid),
  ).toEqual(expect.arrayContaining([oldest?.pid, younger]));
});

test("carriers have the whole entry in their environment, not a part of it", () => {
  const carrier = aSleeper("sleep", { ORCHESTRA_TEST_MARK: "one two" });
  const other = aSleeper("sleep", { ORCHESTRA_TEST_MARK: "one two three" });
  expect(table.glance().carriers("ORCHESTRA_TEST_MARK=one two", [carrier, other])).toEqual([
    carrier,
  ]);
});

test("a carrier is known at every moment, also while it becomes another program", () => {
  const again = spawn("sh", ["-c", AGAIN, AGAIN], {
    stdio: "ignore",
    env: { ...process.env, ORCHESTRA_TEST_MARK: "again" },
  });
  onTestFinished(() => void again.kill("SIGKILL"));
  const { pid = 0 } = again;
  const looks = Array.from(
    { length: 20_000 },
    () => table.glance().carriers("ORCHESTRA_TEST_MARK=again", [pid]).length,
  );
  expect(looks.filter((found) => found === 0)).toEqual([]);
});

test("who starts another and ends at once is seen, or the other is", () => {
  const chain = spawn("sh", ["-c", CHAIN, CHAIN], {
    stdio: "ignore",
    detached: true,
    env: { ...process.env, ORCHESTRA_TEST_MARK: "chain" },
  });
  const { pid = 0 } = chain;
  onTestFinished(() => void table.signal(-pid, "SIGKILL"));
  const looks = Array.from({ length: 500 }, () => {
    const seen = table.glance();
    const pids = seen.all(undefined).map((one) => one.pid);
    return seen.carriers("ORCHESTRA_TEST_MARK=chain", pids).length;
  });
  expect(looks.filter((found) => found === 0).length).toBe(0);
});

test("where nothing can be looked up, nobody is taken for dead", async () => {
  const program = `
    import { machineProcessTable } from ${JSON.stringify(new URL("process-table.ts", import.meta.url))};
    const table = machineProcessTable();
    for (const look of [() => table.bootId(), () => table.find(process.pid)]) {
      try { console.log("seen", look()); } catch ({ code }) { console.log(code); }
    }
  `;
  expect(await withoutDescriptors(program)).toBe("EMFILE\nEMFILE");
});

test("to signal a process that is gone is no error", () => {
  expect(table.signal(2 ** 22 - 1, "SIGTERM")).toBe(true);
});

test("a line of ps on a Mac is read, and a dead process's line skipped", () => {
  expect(factsOf("  501   1   500 Ss   Fri Nov  7 09:05:12 2025    ")).toEqual([
    { pid: 501, parent: 1, group: 500, session: 500, startTime: "Fri Nov 7 09:05:12 2025" },
  ]);
  expect(factsOf("  501   1   500 Z    Fri Nov  7 09:05:12 2025")).toEqual([]);
  expect(factsOf("")).toEqual([]);
});
