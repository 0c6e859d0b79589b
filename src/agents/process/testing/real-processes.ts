import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { systemClock } from "../../../system-clock.ts";
import type { Processes, ProcessState, StartRequest } from "../../processes.ts";
import { createPosixProcesses } from "../posix-processes.ts";
import { machineProcessTable } from "../process-table.ts";
import { until } from "../until.ts";
import { aRequest } from "./a-request.ts";

type OfKind<K extends ProcessState["kind"]> = Extract<ProcessState, { kind: K }>;

const DEADLINE_MS = 60_000;

export type RealProcesses = Processes & {
  /** Starts the command in a folder of its own, which it returns; nothing of it outlives the test. */
  readonly run: (command: readonly string[], request?: Partial<StartRequest>) => Promise<string>;
  readonly newFolder: () => string;
  /** The state once it is of this kind; fails when that takes too long. */
  readonly reached: <K extends ProcessState["kind"]>(folder: string, kind: K) => Promise<OfKind<K>>;
  /** Folders whose process was hinted to have ended. */
  readonly hinted: readonly string[];
};

/** Processes of this machine for one test. */
export function realProcesses(): RealProcesses {
  const hinted: string[] = [];
  const processes = createPosixProcesses({
    table: machineProcessTable(),
    clock: systemClock,
    onExit: (folder) => hinted.push(folder),
  });
  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), "orchestra-process-"));
    onTestFinished(async () => {
      await processes.terminate(folder, 0);
      rmSync(folder, { recursive: true, force: true });
    });
    return folder;
  };
  return {
    ...processes,
    hinted,
    newFolder,
    run: async (command, request) => {
      const folder = newFolder();
      await processes.start({ ...aRequest(folder, command), ...request });
      return folder;
    },
    reached: async (folder, kind) => reached(processes, folder, kind),
  };
}

async function reached<K extends ProcessState["kind"]>(
  processes: Processes,
  folder: string,
  kind: K,
): Promise<OfKind<K>> {
  let found: OfKind<K> | undefined;
  await eventually(async () => {
    const state = await processes.inspect(folder);
    if (isOfKind(state, kind)) found = state;
    return found !== undefined;
  });
  if (found === undefined) throw new Error("It was reached, and not found.");
  return found;
}

function isOfKind<K extends ProcessState["kind"]>(
  state: ProcessState,
  kind: K,
): state is OfKind<K> {
  return state.kind === kind;
}

/** Waits until it is so; fails when that takes too long. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  if (!(await until(systemClock, isSo, DEADLINE_MS))) {
    throw new Error(`It was not so within ${DEADLINE_MS} ms: ${String(isSo)}`);
  }
}

export function isLiving(pid: number): boolean {
  return machineProcessTable().find(pid) !== undefined;
}
