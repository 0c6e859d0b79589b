import type { ProcessState } from "../processes.ts";
import { readExit } from "./identity.ts";
import { isAlive, membersOf } from "./members.ts";
import { readOrigin } from "./origin.ts";
import type { Glance, ProcessFacts, ProcessTable } from "./process-facts.ts";

/** What is so now, told from the folder and the operating system. */
export function inspect(table: ProcessTable, folder: string): ProcessState {
  const exit = readExit(folder);
  if (exit) return exit.state;
  const origin = readOrigin(folder);
  const { identity } = origin;
  if (!identity) return { kind: "not_started" };
  if (isAlive(table, identity)) return { kind: "running", pid: identity.pid };
  // It may have written its exit between the two questions.
  const late = readExit(folder);
  if (late) return late.state;
  // Somebody killed the wrapper, and the agent goes on without it.
  if (membersOf(table.glance(), origin).length > 0) return { kind: "running", pid: identity.pid };
  return { kind: "vanished" };
}

/** Everything alive that came from the folder. */
export function livingOf(seen: Glance, folder: string): readonly ProcessFacts[] {
  return membersOf(seen, readOrigin(folder));
}
