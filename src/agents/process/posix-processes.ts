import type { Processes } from "../processes.ts";
import { createCensus } from "./census.ts";
import { holders } from "./holder.ts";
import { readNote } from "./identity.ts";
import { inspect } from "./inspect.ts";
import type { ProcessTable } from "./process-facts.ts";
import { createSpawner } from "./spawner.ts";
import { start, type StartDeps } from "./start.ts";
import { terminate } from "./terminate.ts";

export type ProcessesDeps = Omit<StartDeps, "spawner"> & { readonly table: ProcessTable };

/** Processes on Linux and macOS. */
export function createPosixProcesses(deps: ProcessesDeps): Processes {
  const spawner = createSpawner();
  const census = createCensus(deps.table, deps.clock);
  return {
    start: async (request) => start({ ...deps, spawner }, request),
    inspect: async (folder) => inspect(deps.table, folder),
    noteOf: async (folder) => readNote(folder),
    terminate: async (folder, graceMs) => terminate({ ...deps, census }, folder, graceMs),
    ...holders(deps.table),
  };
}
