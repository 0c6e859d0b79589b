import type { RecordedEvent } from "../../core/events.ts";
import type { Scope } from "../../core/state.ts";
import {
  decideTogether,
  recordedEvents,
  type Decided,
  type Outcome,
  type Proposal,
} from "../sql/deciding/batch.ts";
import { forget, keepLikely, knowNothing, type Known } from "../sql/deciding/known.ts";
import { ask, learn, type Answers, type Loaded } from "../sql/deciding/load.ts";
import { areKept, writesOf, type Writes } from "../sql/deciding/writes.ts";
import type { Db } from "./database-server.ts";
import {
  leaveBroken,
  underLock,
  type Change,
  type LockedDeps,
  type LockedWork,
  type Unsure,
} from "./locked.ts";

/** What is known, and at which version of the blackboard; good while that is this process's own. */
type KnownVersion = {
  readonly rows: Known;
  /** `undefined` when nothing that is known can be relied on. */
  version: number | undefined;
  /** Whether others write, too, so that the lock had better be taken first. */
  isContended: boolean;
};

export type DecidingDeps = LockedDeps & {
  readonly known: KnownVersion;
  /** Told the version when others have written since the last transaction. */
  readonly onForeign: (version: number) => void;
  /** Told of the version after each transaction, and of the events it has kept. */
  readonly onCommit: (version: number, events: readonly RecordedEvent[]) => void;
};

export function noVersionKnown(): KnownVersion {
  return { rows: knowNothing(), version: undefined, isContended: false };
}

/**
 * Makes decisions and keeps what they come to, all in one transaction. As long as nobody else
 * writes, no lock is asked for: it is one statement, which does nothing if anybody has.
 */
export async function commitDecisions(
  deps: DecidingDeps,
  proposals: readonly Proposal[],
): Promise<readonly Outcome[]> {
  const attempt = await decideUnlocked(deps, proposals);
  if (attempt.kind === "decided") return concluded(deps, attempt);
  const { known } = deps;
  const scopes = proposals.map(({ scope }) => scope);
  const done = await underLock(
    deps,
    {
      read: async (db) => {
        // Without a version it was left in the middle of something.
        if (known.version === undefined) forget(known.rows);
        return ask(db, known.rows, scopes);
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

/** Does other work under the lock. */
export async function workUnderLock<Read, T>(
  deps: DecidingDeps,
  work: LockedWork<Read, T>,
): Promise<T> {
  const { value, version, isWritten } = await underLock(deps, work);
  if (!isWritten) return value;
  // Unless it changed rows that are known, what was known before it still is.
  const { known } = deps;
  known.version = !work.rewrites && known.version === version - 1 ? version : undefined;
  // What others have written before it is heard of here, or never: from now on it counts as seen.
  deps.onForeign(work.rewrites ? version : version - 1);
  deps.onCommit(version, []);
  return value;
}

type Attempt =
  | { readonly kind: "decided"; readonly value: Decided; readonly version: number }
  /** Others have written, or nobody can tell. */
  | { readonly kind: "undecided"; readonly unsure?: Unsure<Decided> };

async function decideUnlocked(
  deps: DecidingDeps,
  proposals: readonly Proposal[],
): Promise<Attempt> {
  const { server, db, link, known } = deps;
  const { version } = known;
  if (version === undefined || known.isContended || !server.keep) return { kind: "undecided" };
  let unsure: Unsure<Decided> | undefined;
  try {
    await link.ready();
    // Forgotten with the connection that it was learnt on.
    if (known.version !== version) return { kind: "undecided" };
    const answers = await ask(
      db,
      known.rows,
      proposals.map(({ scope }) => scope),
    );
    const value = decideAll(deps, proposals, learn(known.rows, answers));
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
  if (known.version === undefined) return learn(known.rows, read.answers);
  known.isContended = known.version !== read.version;
  if (!known.isContended) return learn(known.rows, read.answers);
  forget(known.rows);
  return learn(known.rows, await ask(db, known.rows, read.scopes));
}

function decideAll(
  { known }: DecidingDeps,
  proposals: readonly Proposal[],
  loaded: Loaded,
): Decided {
  // Until it is kept, what is known is known of no version.
  known.version = undefined;
  return decideTogether(known.rows, loaded, proposals);
}

function changeOf({ server }: DecidingDeps, value: Decided, writes: Writes): Change<Decided> {
  return {
    value,
    write: writes.events.length > 0 ? async (db) => server.write(db, writes) : undefined,
    isKept: async (db) => areKept(db, writes.events),
  };
}

/** What is known is so at this version. */
function concluded(
  { known, onCommit }: DecidingDeps,
  { value, version }: { readonly value: Decided; readonly version: number },
): readonly Outcome[] {
  const { batch, outcomes } = value;
  keepLikely(known.rows, batch.loaded.read, batch.before.tasks);
  known.version = version;
  const events = recordedEvents(batch);
  if (events.length > 0) onCommit(version, events);
  return outcomes;
}
