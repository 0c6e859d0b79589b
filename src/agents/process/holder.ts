import { hostname } from "node:os";
import { OrchestraError } from "../../core/errors.ts";
import type { ProcessHolder } from "../../core/lease.ts";
import type { Processes } from "../processes.ts";
import type { ProcessTable } from "./process-facts.ts";
import { machineProcessTable } from "./process-table.ts";

/** Who holds leases on this machine. */
export function holders(table = machineProcessTable()): Pick<Processes, "self" | "isAlive"> {
  return {
    self: async () => thisProcess(table),
    isAlive: async (holder) => stateOfHolder(table, holder),
  };
}

/** This process, as a holder of leases. */
function thisProcess(table: ProcessTable): ProcessHolder {
  const facts = table.find(process.pid);
  if (!facts) {
    throw new OrchestraError(
      "INTERNAL",
      "Could not read who this process is: /proc (on macOS, ps) does not answer. Mount it.",
    );
  }
  const { startTime } = facts;
  return { host: hostname(), pid: process.pid, startTime, bootId: table.bootId() };
}

/** Whether the process of `holder` lives; nobody can tell of another host. */
export function stateOfHolder(
  table: ProcessTable,
  holder: ProcessHolder,
): "alive" | "dead" | "unknown" {
  if (holder.host !== hostname()) return "unknown";
  if (holder.bootId !== table.bootId()) return "dead";
  return table.find(holder.pid)?.startTime === holder.startTime ? "alive" : "dead";
}
