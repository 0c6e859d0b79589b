import type { Attempt } from "../../src/core/attempt.ts";
import { OrchestraError } from "../../src/core/errors.ts";
import type { RecordedEvent } from "../../src/core/events.ts";
import { RELEASED_AT_MS, type DispatcherLease } from "../../src/core/lease.ts";
import type { Scope } from "../../src/core/state.ts";
import type { Committed, Store } from "../../src/store/store.ts";
import { learnTimedOut } from "./check-limits.ts";
import { holderOf } from "./processes.ts";
import { isGone } from "./scheduler.ts";
import { goesWrong, reply, turn, violate, type Program, type World } from "./world.ts";

type Method = (...given: unknown[]) => Promise<unknown>;

/** What changes the blackboard, and may have changed it although the answer is that it did not. */
const WRITES = ["transact", "saveDispatcherLease"];

const ENDS: readonly RecordedEvent["type"][] = [
  "attempt_ended",
  "attempt_succeeded",
  "attempt_returned",
];

/** The blackboard as one process meets it: it answers late, and is away now and then. */
export function simulatedStore(world: World, program: Program): Store {
  const { nowMs } = world.scheduler;
  const all = { ...world.store, nowMs: async () => nowMs() };
  const asked = Object.entries(all).map(([name, method]) => [
    name,
    async (...given: unknown[]) => ask(world, program, name, method as Method, given),
  ]);
  return {
    ...(Object.fromEntries(asked) as Store),
    watch: (listener, signal) => {
      program.watchers.add(listener);
      signal.addEventListener("abort", () => program.watchers.delete(listener), { once: true });
    },
  };
}

async function ask(
  world: World,
  program: Program,
  name: string,
  method: Method,
  given: readonly unknown[],
): Promise<unknown> {
  const label = typeof given[0] === "string" ? `store.${name} ${given[0]}` : `store.${name}`;
  await turn(world, program, label);
  const isDown = world.scheduler.nowMs() < world.trouble.storeDownUntilMs;
  if (isDown || goesWrong(world, 0.003, "failed question")) throw unavailable();
  if (name === "transact" && (given[0] as Scope).assignment) program.hasNews = false;
  world.writer = program;
  const asking = method(...given);
  world.writer = undefined;
  const answer = await asking;
  // A process that was killed at that moment hears of nothing.
  if (isGone(program)) return answer;
  if (name === "dispatcherLease") program.leaseSeen = answer as DispatcherLease | undefined;
  if (name === "saveDispatcherLease" && answer === true) checkTakeOver(world, program);
  if (name === "transact") await checkTerm(world, program, given[0] as Scope, answer as Committed);
  await reply(world, program, label);
  if (WRITES.includes(name) && goesWrong(world, 0.01, "lost answer")) throw unavailable();
  if (name === "transact") learnEnds(program, answer as Committed);
  if (name === "liveAttempts" && given[0] !== undefined) {
    learnTimedOut(program, answer as readonly Attempt[]);
  }
  return answer;
}

/** From now on it knows which attempts are over by its own doing, and works them no more. */
function learnEnds(program: Program, committed: Committed): void {
  if (committed.kind === "refused") return;
  for (const event of committed.events) {
    if (ENDS.includes(event.type) && "attemptId" in event) program.ended.add(event.attemptId);
  }
}

/** Nobody acts as the dispatcher but who holds the lease, be it to find that there is nothing to do. */
async function checkTerm(
  world: World,
  program: Program,
  { assignment, dueParked }: Scope,
  { kind }: Committed,
): Promise<void> {
  if (kind === "refused" || (!assignment && !dueParked)) return;
  const lease = await world.store.dispatcherLease();
  const { machine, name } = program;
  const { pid, startTime, bootId, host } = lease?.holder ?? holderOf(program);
  const isHeld = host === machine.name && bootId === machine.bootId;
  const holder = isHeld ? machine.processes.get(pid) : undefined;
  if (holder?.owner === program && holder.startTime === startTime) return;
  violate(world, `${name} dispatches, and is not the dispatcher.`);
}

/** A lease is taken over from who is dead, has given it back, or is far away and let it run out. */
function checkTakeOver(world: World, program: Program): void {
  const { leaseSeen, machine, name } = program;
  if (!leaseSeen || leaseSeen.expiresAtMs === RELEASED_AT_MS) return;
  const { host, pid, startTime, bootId } = leaseSeen.holder;
  const there = world.machines.find((one) => one.name === host);
  const holder = there?.bootId === bootId ? there.processes.get(pid) : undefined;
  if (holder?.startTime !== startTime) return;
  if (there !== machine && leaseSeen.expiresAtMs <= world.scheduler.nowMs()) return;
  violate(world, `${name} takes the lease of ${holder.owner.name}, which is alive.`);
}

function unavailable(): OrchestraError {
  return new OrchestraError("STORE_UNAVAILABLE", "The store does not answer.");
}
