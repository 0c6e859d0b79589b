import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ATTEMPT_FILES } from "../processes.ts";
import { readIdentity } from "./identity.ts";
import { realProcesses } from "./testing/real-processes.ts";

const START_SOME = fileURLToPath(new URL("testing/start-some.ts", import.meta.url));

test("when whoever started them is killed, processes go on, and their ends are on record", async () => {
  const processes = realProcesses();
  const folders = Array.from({ length: 5 }, () => processes.newFolder());
  const parent = spawn(process.execPath, [START_SOME, ...folders], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(parent.stdout, "readable");
  expect(String(parent.stdout.read())).toBe("started\n");
  const before = folders.map(readIdentity);

  parent.kill("SIGKILL");
  await once(parent, "exit");

  for (const [index, folder] of folders.entries()) {
    const { pid } = await processes.reached(folder, "running");
    expect(pid).toBe(before[index]?.pid);
  }
  for (const folder of folders) writeFileSync(join(folder, "go"), "");
  for (const [index, folder] of folders.entries()) {
    expect(await processes.reached(folder, "exited")).toMatchObject({ exitCode: index });
    expect(readFileSync(join(folder, ATTEMPT_FILES.stdout), "utf8")).toBe("begun\nover\n");
    expect(readIdentity(folder)).toEqual(before[index]);
  }
});
