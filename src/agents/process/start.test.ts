import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../system-clock.ts";
import { ATTEMPT_FILES } from "../processes.ts";
import { createSpawner, type Spawner } from "./spawner.ts";
import { start } from "./start.ts";
import { aRequest } from "./testing/a-request.ts";
import { realProcesses } from "./testing/real-processes.ts";
import { machineProcessTable } from "./process-table.ts";

const table = machineProcessTable();

const onExit = (): void => undefined;

test("a start whose spawner was lost is tried again, and the command runs once", async () => {
  const { newFolder, reached } = realProcesses();
  const folder = newFolder();
  const { spawner, orders } = losing(2);

  await start({ clock: systemClock, table, spawner, onExit }, aRequest(folder, ["echo", "ran"]));

  await reached(folder, "exited");
  expect(readFileSync(join(folder, ATTEMPT_FILES.stdout), "utf8")).toBe("ran\n");
  expect(orders()).toBeLessThanOrEqual(3);
});

test("when every spawner is lost before it does anything, the start fails", async () => {
  const folder = realProcesses().newFolder();
  const spawner: Spawner = { spawn: () => ({ end: { kind: "lost" } }) };
  const starting = start(
    { clock: systemClock, table, spawner, onExit },
    aRequest(folder, ["true"]),
  );
  await expect(starting).rejects.toMatchObject({ code: "INTERNAL" });
});

test.each([
  ["EAGAIN", "MACHINE_FULL"],
  ["EMFILE", "MACHINE_FULL"],
  ["ENOSPC", "NO_SPACE"],
  ["EROFS", "READ_ONLY"],
  ["E2BIG", "INVALID_ARGUMENT"],
  ["EIO", "INTERNAL"],
])("a start that the system refuses with %s fails as %s", async (errno, code) => {
  const folder = realProcesses().newFolder();
  const error = Object.assign(new Error(errno), { code: errno });
  const spawner: Spawner = { spawn: () => ({ end: { kind: "refused", error } }) };
  const starting = start(
    { clock: systemClock, table, spawner, onExit },
    aRequest(folder, ["true"]),
  );
  await expect(starting).rejects.toMatchObject({ code, cause: error });
});

/** A spawner that carries out every order and is lost right after the first ones. */
function losing(lost: number): { readonly spawner: Spawner; readonly orders: () => number } {
  const real = createSpawner();
  let count = 0;
  return {
    orders: () => count,
    spawner: {
      spawn: (order) => {
        const spawned = real.spawn(order);
        return count++ < lost ? { end: { kind: "lost" } } : spawned;
      },
    },
  };
}
