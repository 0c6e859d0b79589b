import { stateOfHolder } from "../agents/process/holder.ts";
import { machineProcessTable } from "../agents/process/process-table.ts";
import { mayTakeLease, type ProcessHolder } from "../core/lease.ts";
import type { Store } from "../store/store.ts";

type Reader = Pick<Store, "dispatcherLease" | "nowMs">;

/** Whether a living process works the queue of this blackboard. */
export async function isDispatcherAlive(store: Reader): Promise<boolean> {
  return (await livingDispatcher(store)) !== undefined;
}

/** Who works the queue; on another host, who has not let the lease run out. */
export async function livingDispatcher(store: Reader): Promise<ProcessHolder | undefined> {
  const lease = await store.dispatcherLease();
  if (!lease) return undefined;
  const holder = stateOfHolder(machineProcessTable(), lease.holder);
  return mayTakeLease(lease, await store.nowMs(), holder) ? undefined : lease.holder;
}
