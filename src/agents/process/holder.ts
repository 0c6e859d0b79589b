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
  const holder = holderOf(table, process.pid);
  if (!holder) {
    throw new OrchestraError(
      "INTERNAL",
      "Could not read who this process is: /proc (on macOS, ps) does not answer. Mount it.",
    );
  }
  return holder;
}

/** A process of this machine, as a holder; `undefined` when it is gone. */
export function holderOf(table: ProcessTable, pid: number): ProcessHolder | undefined {
  const facts = table.find(pid);
  if (!facts) return undefined;
  return { host: hostname(), pid, startTime: facts.startTime, bootId: table.bootId() };
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
