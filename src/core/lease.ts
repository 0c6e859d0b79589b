/** The right to dispatch on one blackboard; `term` fences an older holder. */
export type DispatcherLease = {
  readonly term: number;
  readonly holder: ProcessHolder;
  readonly expiresAtMs: number;
  /** The clone of the repository that its agents work beside, of several that share the blackboard. */
  readonly clone?: string | undefined;
};

/** A process that can be recognised again after any crash or reboot. */
export type ProcessHolder = {
  readonly host: string;
  readonly pid: number;
  /** As the operating system tells it; with `pid` and `bootId` it names one process for ever. */
  readonly startTime: string;
  readonly bootId: string;
};

/** Milliseconds a lease lives without renewal. */
export const LEASE_TTL_MS = 60_000;
export const LEASE_RENEWAL_MS = 10_000;
/** The expiry of a lease that its holder has given back. */
export const RELEASED_AT_MS = 0;

/**
 * Whether a process may take the dispatcher lease. On the holder's own machine its death is a fact
 * that needs no timer; elsewhere only the expiry speaks.
 */
export function mayTakeLease(
  lease: DispatcherLease | undefined,
  nowMs: number,
  holder: "alive" | "dead" | "unknown",
): boolean {
  if (lease === undefined || holder === "dead") return true;
  if (lease.expiresAtMs === RELEASED_AT_MS) return true;
  return holder === "unknown" && lease.expiresAtMs <= nowMs;
}

/**
 * Whether what was begun under the lease was begun in another clone than this: whether it lives, and
 * what it did, can be seen there alone. Who dispatches for no clone begins nothing.
 */
export function isOfAnotherClone(
  { clone: last }: Pick<DispatcherLease, "clone">,
  clone: string | undefined,
): boolean {
  return clone !== undefined && last !== undefined && last !== clone;
}
