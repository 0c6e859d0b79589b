import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { OrchestraError } from "../../../core/errors.ts";
import type { Scope } from "../../../core/state.ts";
import type { Committed } from "../../store.ts";
import type { Outcome, Proposal } from "./batch.ts";

/** Decisions that share one transaction, and so its lock and its `fsync`. */
const DECISIONS_PER_COMMIT = 256;

export type DecisionQueue = {
  /** Resolves when the decision is kept or refused; rejects when it could not be made or kept. */
  readonly transact: (proposal: Proposal) => Promise<Committed>;
  /** Does other work with the blackboard in its turn, when nobody decides. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** Resolves when nothing waits. */
  readonly idle: () => Promise<void>;
};

type Transactions = {
  /** Makes decisions and keeps what they come to, all in one transaction; throws when it cannot. */
  readonly commit: (proposals: readonly Proposal[]) => Promise<readonly Outcome[]>;
  /** Whether a decision may come into a transaction behind those with these scopes. */
  readonly hasRoomFor: (scopes: readonly Scope[], next: Scope) => boolean;
};

type Item = {
  readonly proposal: Proposal;
  readonly resolve: (outcome: Committed) => void;
  readonly reject: (error: unknown) => void;
};

/** Decisions, which may share a transaction, and other work, which may not. */
type Turn = Item | (() => Promise<void>);

type Queue = Transactions & {
  readonly turns: Turn[];
  draining: Promise<void> | undefined;
};

/** The one way to write, so that what comes at the same time is kept in one transaction. */
export function createDecisionQueue(transactions: Transactions): DecisionQueue {
  const queue: Queue = { ...transactions, turns: [], draining: undefined };
  return {
    transact: async (proposal) => {
      const { promise, resolve, reject } = Promise.withResolvers<Committed>();
      enqueue(queue, { proposal, resolve, reject });
      return promise;
    },
    alone: async <T>(work: () => Promise<T>) => {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      enqueue(queue, async () => work().then(resolve, reject));
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
function takeItems({ turns, hasRoomFor }: Queue): Item[] {
  const items: Item[] = [];
  const scopes: Scope[] = [];
  while (items.length < DECISIONS_PER_COMMIT) {
    const [next] = turns;
    if (next === undefined || typeof next === "function") break;
    const { scope } = next.proposal;
    if (!hasRoomFor(scopes, scope)) break;
    turns.shift();
    items.push(next);
    scopes.push(scope);
  }
  return items;
}

async function commitTogether(queue: Queue, items: readonly Item[]): Promise<void> {
  let outcomes: readonly Outcome[];
  try {
    outcomes = await queue.commit(items.map(({ proposal }) => proposal));
  } catch (error) {
    // What is wrong with the database is so for all; anything else is the fault of one of them.
    if (items.length === 1 || error instanceof OrchestraError) {
      for (const { reject } of items) reject(error);
      return;
    }
    for (const item of items) await commitTogether(queue, [item]);
    return;
  }
  for (const [index, item] of items.entries()) settle(item, outcomes[index]);
}

function settle({ resolve, reject }: Item, outcome: Outcome | undefined): void {
  if (outcome?.kind === "threw") reject(outcome.error);
  else if (outcome) resolve(outcome);
}
