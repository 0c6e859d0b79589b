import type { RecordedEvent } from "../../core/events.ts";
import type { Scope } from "../../core/state.ts";
import type { Proposal } from "../sql/transact.ts";
import type { Committed } from "../store.ts";
import { createBatch, decideInBatch, recordedOf, type Batch } from "./batch.ts";
import type { Db } from "./database-server.ts";
import { forget, keepLikely, type Known } from "./known.ts";
import { ask, learn, type Answers, type Loaded } from "./load.ts";
import { leaveBroken, underLock, type Change, type LockedDeps, type Unsure } from "./locked.ts";
import { areKept, writesOf, type Writes } from "./writes.ts";

export type DecidingDeps = LockedDeps & {
  readonly known: Known;
  /** Told the version when others have written since the last transaction. */
  readonly onForeign: (version: number) => void;
};

/** What a decision came to: a bug in one is no reason not to keep the others. */
export type Outcome = Committed | { readonly kind: "threw"; readonly error: unknown };

export type Decided = {
  readonly outcomes: readonly Outcome[];
  /** What was kept, if anything was. */
  readonly events: readonly RecordedEvent[];
  readonly version: number;
};

/**
 * Makes decisions and keeps what they come to, all in one transaction. As long as nobody else
 * writes, no lock is asked for: it is one statement, which does nothing if anybody has.
 */
export async function commitDecisions(
  deps: DecidingDeps,
  proposals: readonly Proposal[],
): Promise<Decided> {
  const attempt = await decideUnlocked(deps, proposals);
  if (attempt.kind === "decided") return concluded(deps, attempt);
  const { known } = deps;
  const scopes = proposals.map(({ scope }) => scope);
  const done = await underLock(
    deps,
    {
      read: async (db) => {
        // Without a version it was left in the middle of something.
        if (known.version === undefined) forget(known);
        return ask(db, known, scopes);
      },
      decide: async (db, answers, version) => {
        const loaded = await learnAt(deps, db, { scopes, answers, version });
        const value = decideAll(deps, proposals, loaded);
        return changeOf(deps, value, writesOf(value.batch));
      },
    },
    attempt.unsure,
  );
  return concluded(deps, done);
}

type Value = { readonly batch: Batch; readonly outcomes: readonly Outcome[] };
type Attempt =
  | { readonly kind: "decided"; readonly value: Value; readonly version: number }
  /** Others have written, or nobody can tell. */
  | { readonly kind: "undecided"; readonly unsure?: Unsure<Value> };

async function decideUnlocked(
  deps: DecidingDeps,
  proposals: readonly Proposal[],
): Promise<Attempt> {
  const { server, db, link, known } = deps;
  const { version } = known;
  if (version === undefined || known.isContended || !server.keep) return { kind: "undecided" };
  let unsure: Unsure<Value> | undefined;
  try {
    await link.ready();
    const answers = await ask(
      db,
      known,
      proposals.map(({ scope }) => scope),
    );
    const value = decideAll(deps, proposals, learn(known, answers));
    if (value.batch.appended.length === 0) {
      const isStill = (await server.version(db)) === version;
      return isStill ? { kind: "decided", value, version } : { kind: "undecided" };
    }
    const writes = writesOf(value.batch);
    unsure = { ...changeOf(deps, value, writes), version };
    const isKept = await server.keep(db, writes, version);
    if (isKept) return { kind: "decided", value, version: version + 1 };
    known.isContended = true;
    return { kind: "undecided" };
  } catch (error) {
    const failure = server.failure(error);
    if (failure === "final") throw server.explained(error);
    await leaveBroken(deps, error);
    return { kind: "undecided", ...(failure === "lost" && unsure && { unsure }) };
  }
}

/** Takes the answers in; asks again for all that was relied on, if others have written meanwhile. */
async function learnAt(
  { known, onForeign }: DecidingDeps,
  db: Db,
  read: { readonly scopes: readonly Scope[]; readonly answers: Answers; readonly version: number },
): Promise<Loaded> {
  onForeign(read.version);
  if (known.version === undefined) return learn(known, read.answers);
  known.isContended = known.version !== read.version;
  if (!known.isContended) return learn(known, read.answers);
  forget(known);
  return learn(known, await ask(db, known, read.scopes));
}

function decideAll({ known }: DecidingDeps, proposals: readonly Proposal[], loaded: Loaded): Value {
  // Until it is kept, what is known is known of no version.
  known.version = undefined;
  const batch = createBatch(known, loaded);
  const outcomes = proposals.map((proposal) => outcomeOf(batch, proposal));
  return { batch, outcomes };
}

function outcomeOf(batch: Batch, proposal: Proposal): Outcome {
  try {
    return decideInBatch(batch, proposal);
  } catch (error) {
    return { kind: "threw", error };
  }
}

function changeOf({ server }: DecidingDeps, value: Value, writes: Writes): Change<Value> {
  return {
    value,
    write: writes.events.length > 0 ? async (db) => server.write(db, writes) : undefined,
    isKept: async (db) => areKept(db, writes.events),
  };
}

/** What is known is so at this version. */
function concluded(
  { known }: DecidingDeps,
  { value, version }: { readonly value: Value; readonly version: number },
): Decided {
  const { batch, outcomes } = value;
  keepLikely(known, batch.loaded.read, batch.before.tasks);
  known.version = version;
  return { outcomes, version, events: batch.appended.map(recordedOf) };
}
