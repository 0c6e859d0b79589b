import { darwinProcessTable } from "./darwin-process-table.ts";
import { linuxProcessTable } from "./linux-process-table.ts";
import type { ProcessTable } from "./process-facts.ts";

/** The process table of this machine. */
export function machineProcessTable(): ProcessTable {
  return process.platform === "darwin" ? darwinProcessTable : linuxProcessTable;
}
