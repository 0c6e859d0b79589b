import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { OrchestraError } from "../../core/errors.ts";
import type { RecordedEvent } from "../../core/events.ts";
import type { Proposal } from "../sql/transact.ts";
import type { Committed } from "../store.ts";
import {
  commitDecisions,
  type DecidingDeps,
  type Outcome,
  type Decided,
} from "./commit-decisions.ts";
import { knowNothing } from "./known.ts";
import { isWide, mayFollow } from "./load.ts";
import { underLock, type LockedWork } from "./locked.ts";

/** Decisions that share one transaction, and so its lock and its `fsync`. */
const DECISIONS_PER_COMMIT = 64;

export type DecisionQueue = {
  /** Resolves when the decision is kept or refused; rejects when it could not be made or kept. */
  readonly transact: (proposal: Proposal) => Promise<Committed>;
  /** Does other work under the lock, in its turn. */
  readonly alone: <Read, T>(work: LockedWork<Read, T>) => Promise<T>;
  /** Resolves when nothing waits. */
  readonly idle: () => Promise<void>;
};

export type QueueDeps = Omit<DecidingDeps, "known"> & {
  /** Told of the version after each transaction, and of the events it has kept. */
  readonly onCommit: (version: number, events: readonly RecordedEvent[]) => void;
};

type Item = {
  readonly proposal: Proposal;
  readonly resolve: (outcome: Committed) => void;
  readonly reject: (error: unknown) => void;
};

/** Decisions, which may share a transaction, and other work, which may not. */
type Turn = Item | (() => Promise<void>);

type Queue = QueueDeps &
  Pick<DecidingDeps, "known"> & {
    readonly turns: Turn[];
    draining: Promise<void> | undefined;
  };

/** The one way to write, so that what comes at the same time is kept in one transaction. */
export function createDecisionQueue(deps: QueueDeps): DecisionQueue {
  const queue: Queue = { ...deps, turns: [], known: knowNothing(), draining: undefined };
  return {
    transact: async (proposal) => {
      const { promise, resolve, reject } = Promise.withResolvers<Committed>();
      enqueue(queue, { proposal, resolve, reject });
      return promise;
    },
    alone: async <Read, T>(work: LockedWork<Read, T>) => {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      enqueue(queue, async () => workAlone(queue, work).then(resolve, reject));
      return promise;
    },
    idle: async () => queue.draining,
  };
}

function enqueue(queue: Queue, turn: Turn): void {
  queue.turns.push(turn);
  queue.draining ??= drain(queue);
}

async function drain(queue: Queue): Promise<void> {
  while (queue.turns.length > 0) {
    // What is asked at the same time comes within one turn of the event loop.
    await eventLoopTurn();
    const items = takeItems(queue);
    const work = items.length === 0 ? queue.turns.shift() : undefined;
    if (typeof work === "function") await work();
    else await commitTogether(queue, items);
  }
  queue.draining = undefined;
}

/** The decisions at the head that fit in one transaction. */
function takeItems({ turns }: Queue): Item[] {
  const items: Item[] = [];
  let hasWide = false;
  while (items.length < DECISIONS_PER_COMMIT) {
    const [next] = turns;
    if (next === undefined || typeof next === "function") break;
    const { scope } = next.proposal;
    if (isWide(scope) && (hasWide || (items.length > 0 && !mayFollow(scope)))) break;
    hasWide ||= isWide(scope);
    turns.shift();
    items.push(next);
  }
  return items;
}

async function commitTogether(queue: Queue, items: readonly Item[]): Promise<void> {
  const proposals = items.map(({ proposal }) => proposal);
  let committed: Decided;
  try {
    committed = await commitDecisions(queue, proposals);
  } catch (error) {
    // What is wrong with the server is so for all; anything else is the fault of one of them.
    if (items.length === 1 || error instanceof OrchestraError) {
      for (const { reject } of items) reject(error);
      return;
    }
    for (const item of items) await commitTogether(queue, [item]);
    return;
  }
  const { outcomes, events, version } = committed;
  for (const [index, item] of items.entries()) settle(item, outcomes[index]);
  if (events.length > 0) queue.onCommit(version, events);
}

function settle({ resolve, reject }: Item, outcome: Outcome | undefined): void {
  if (outcome?.kind === "threw") reject(outcome.error);
  else if (outcome) resolve(outcome);
}

async function workAlone<Read, T>(queue: Queue, work: LockedWork<Read, T>): Promise<T> {
  const { value, version, isWritten } = await underLock(queue, work);
  if (!isWritten) return value;
  // Unless it changed rows that are known, what was known before it still is.
  const { known } = queue;
  known.version = !work.rewrites && known.version === version - 1 ? version : undefined;
  if (work.rewrites) queue.onForeign(version);
  queue.onCommit(version, []);
  return value;
}
