import type { Attempt } from "../../core/attempt.ts";
import type { AttemptSpending } from "../../core/events.ts";
import type { StreamReport } from "../../agents/adapter.ts";
import { costOf } from "../../core/price.ts";
import { OrchestraError } from "../../core/errors.ts";
import { totalOf } from "../../core/usage.ts";
import { passedLimit, seenOutput, type LifeRecord, type PassedLimit } from "../../core/limits.ts";
import type { Message } from "../../core/message.ts";
import type { Sentinel } from "../../core/sentinel.ts";
import type { Task, TaskLimits } from "../../core/task.ts";
import { execute } from "../../store/execute.ts";
import type { Hint } from "../bus.ts";
import { createWake, type Wake } from "../wake.ts";
import type { Transcript } from "./attempt-folders.ts";
import { deliver, endInbox } from "./inbox.ts";
import { idsOf, type Agent, type NodeDeps } from "./deps.ts";
import { earlierUse } from "./earlier-use.ts";

/** Why an attempt goes on in another turn of its agent. */
export const INTERRUPTED = "A person interrupted it.";

/** How often a running agent's files are looked at; its end is hinted sooner if it is our child. */
const LOOK_EVERY_MS = 250;
/** A crash in an attempt's first moment begins its limits anew, which nobody can notice. */
const KEEP_LIFE_AFTER_MS = 1_000;
/** Who has said that it has ended is given this long to do so. */
const SIGNALLED_GRACE_MS = 5_000;
/** What is spent goes on the blackboard at most this often. */
const REPORT_EVERY_MS = 3_000;

export type Assignment = {
  readonly task: Task;
  readonly attempt: Attempt;
  /** The attempt's own time limit, as far as this node knows by now. */
  readonly timeoutMs: () => number | undefined;
  /**
   * Ends the agent at the first look, or leaves it to the next `run`: two that prove its work end each
   * other's checks, and two that pass on what was said to it say it twice.
   */
  readonly onlyEnds?: boolean;
};

export type AttemptSignals = {
  /** The node leaves: the agent goes on without it. */
  readonly leave: AbortSignal;
  /** A person wants the agent stopped and its attempt given back; the reason says why, in a sentence. */
  readonly halt: AbortSignal;
  /** The task was taken from this attempt. */
  readonly stop: AbortSignal;
};

/** How an agent's life ended, as far as this node saw it. */
export type Life =
  | { readonly kind: "left" }
  | Ended
  | (Read & { readonly kind: "stopped" })
  | (Read & { readonly kind: "halted"; readonly reason: string })
  | (Read & { readonly kind: "vanished" })
  /** It has said by a file that it has ended, and its processes go on. */
  | (Read & { readonly kind: "signalled"; readonly said: Sentinel })
  | (Read & PassedLimit & { readonly kind: "limited" });

export type Ended = Read & {
  readonly kind: "ended";
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
};

type Read = {
  readonly agent: Agent;
  readonly report: StreamReport;
  /** What people have said, and the agent is not known to have taken in. */
  readonly unheard: readonly Message[];
  /** Whether a person broke off what it did. */
  readonly isInterrupted: boolean;
};

export type Watched = {
  readonly task: Task;
  readonly attempt: Attempt;
  readonly agent: Agent;
  readonly timeoutMs: Assignment["timeoutMs"];
  readonly onlyEnds: boolean;
  /** What people have said to the task, oldest first, without what was in the prompt. */
  readonly saidLater: () => readonly Message[];
};

type Watch = Watched & {
  readonly deps: NodeDeps;
  readonly transcript: Transcript;
  readonly wake: Wake;
  life: LifeRecord;
  isLifeKept: boolean;
  signalledAwakeMs: number | undefined;
  reportedAtMs: number;
  reported: string;
  /** The messages that are in its inbox. */
  readonly delivered: Set<string>;
  isInboxEnded: boolean;
  isAnswered: boolean;
};

/** Watches a running agent until it ends, passes a limit, or is not to go on. */
export async function watchAttempt(
  deps: NodeDeps,
  watched: Watched,
  signals: AttemptSignals,
): Promise<Life> {
  const { attempt, agent } = watched;
  const earlier = await earlierUse(deps.store, attempt);
  const watch: Watch = {
    ...watched,
    deps,
    transcript: deps.folders.openTranscript(attempt.id, agent.adapter.createParser(earlier)),
    wake: createWake(deps.bus, deps.clock, isEndOf(deps.folders.path(attempt.id))),
    life: await deps.folders.life(attempt.id, deps.clock.awakeMs()),
    isLifeKept: false,
    signalledAwakeMs: undefined,
    reportedAtMs: deps.clock.nowMs(),
    reported: "",
    delivered: new Set(),
    isInboxEnded: false,
    isAnswered: false,
  };
  try {
    return await lookUntilItEnds(watch, signals);
  } finally {
    watch.wake.close();
  }
}

/** What else happens is not for this attempt: it is told to stop by a signal. */
function isEndOf(folder: string): (hint: Hint) => boolean {
  return (hint) => hint.kind === "process_ended" && hint.folder === folder;
}

async function lookUntilItEnds(watch: Watch, signals: AttemptSignals): Promise<Life> {
  let waiting: AbortSignal | undefined;
  for (;;) {
    const life = await look(watch, signals);
    if (life) return life;
    waiting ??= AbortSignal.any([signals.leave, signals.halt, signals.stop]);
    await watch.wake.wait(LOOK_EVERY_MS, waiting);
  }
}

/** One look; `undefined` while the agent works. */
async function look(watch: Watch, signals: AttemptSignals): Promise<Life | undefined> {
  const { deps, transcript, agent } = watch;
  // Limits are of the time before we looked: whatever holds us up since is no silence of the agent.
  const awakeMs = deps.clock.awakeMs();
  // The state is asked first: output that comes between the two questions is then still read.
  const state = await deps.processes.inspect(deps.folders.path(watch.attempt.id));
  const isOver = state.kind !== "running";
  await transcript.read(isOver);
  const read = { agent, ...heardIn(watch, transcript.report()) };
  tellAnswer(watch, read.report);

  if (signals.stop.aborted) return { kind: "stopped", ...read };
  if (state.kind === "exited") {
    return { kind: "ended", ...read, exitCode: state.exitCode, signal: state.signal };
  }
  if (isOver) return { kind: "vanished", ...read };
  if (signals.halt.aborted) return { kind: "halted", ...read, reason: String(signals.halt.reason) };
  if (signals.leave.aborted) return { kind: "left" };
  const said = outstayed(watch, awakeMs);
  if (said) return { kind: "signalled", ...read, said };

  if (!agent.adapter.steering && read.unheard.some(({ interrupts }) => interrupts)) {
    return { kind: "halted", ...read, reason: INTERRUPTED };
  }

  seeOutput(watch);
  // Before anything is kept or told, which a full disk refuses: the agent may be what fills it.
  const limit = isAwaited(watch, read) ? undefined : await limitPassed(watch, awakeMs);
  if (limit) return { kind: "limited", ...read, ...limit };
  if (watch.onlyEnds) return { kind: "left" };
  await keepLife(watch);
  const broken = await talk(watch, read).catch(asFailure);
  if (broken) return { kind: "limited", ...read, ...broken };
  await report(watch, read);
  return undefined;
}

/** An adapter that cannot say what is to be said will not at the next look. */
function asFailure(error: unknown): PassedLimit {
  if (!(error instanceof OrchestraError) || error.code !== "AGENT_UNUSABLE") throw error;
  return { end: "failed", failure: { class: "unknown", message: error.message } };
}

/** Hints once that others may ask the same provider. */
function tellAnswer(watch: Watch, { usage }: StreamReport): void {
  if (watch.isAnswered || totalOf(usage) === 0) return;
  watch.isAnswered = true;
  watch.deps.bus.publish({ kind: "answered", agent: watch.attempt.agent });
}

/** A person may have given it more time since this node last looked at what is on record. */
async function limitPassed(watch: Watch, awakeMs: number): Promise<PassedLimit | undefined> {
  const { deps, task, attempt, life } = watch;
  const passed = passedLimit(limitsOf(task, watch.timeoutMs()), life, awakeMs);
  if (passed?.end !== "timed_out") return passed;
  const attempts = await deps.store.attemptsOf(task.id);
  const onRecord = attempts.find(({ id }) => id === attempt.id)?.timeoutMs;
  return passedLimit(limitsOf(task, onRecord), life, awakeMs);
}

function limitsOf({ limits }: Task, timeoutMs = limits.timeoutMs): TaskLimits {
  return { ...limits, timeoutMs };
}

/** What the agent has said of its end, once it had the time to end; who takes it back goes on. */
function outstayed(watch: Watch, awakeMs: number): Sentinel | undefined {
  const { deps, task, attempt } = watch;
  if (attempt.workspacePath === undefined) return undefined;
  const sentinel = deps.folders.sentinel(attempt.workspacePath, task.id);
  if (!sentinel) watch.signalledAwakeMs = undefined;
  else watch.signalledAwakeMs ??= awakeMs;
  const isOver = awakeMs - (watch.signalledAwakeMs ?? awakeMs) >= SIGNALLED_GRACE_MS;
  return isOver ? sentinel : undefined;
}

/** A report, and what it tells of what people have said. */
function heardIn({ saidLater, attempt }: Watch, told: StreamReport): Omit<Read, "agent"> {
  const said = saidLater();
  const isInterrupted = said.some(
    ({ interrupts, sentAtMs }) => interrupts && sentAtMs >= attempt.queuedAtMs,
  );
  const unheard = said.filter(({ id, isHeard }) => !isHeard && !told.heard.includes(id));
  return { report: told, unheard, isInterrupted };
}

/** Whether its turn is over, and it waits for somebody to say more, or to let it end. */
function isAwaited({ isInboxEnded }: Watch, { agent, report: told }: Read): boolean {
  return agent.adapter.steering !== undefined && told.isTurnOver && !isInboxEnded;
}

/** Says to an agent that listens what is new, and lets it end once its turn is over. */
async function talk(watch: Watch, { agent, report: told, unheard }: Read): Promise<void> {
  const { deps, attempt, delivered } = watch;
  const { steering } = agent.adapter;
  if (!steering || watch.isInboxEnded) return;
  if (!unheard.every(({ id }) => delivered.has(id))) {
    await deliver(deps.folders, { attemptId: attempt.id, steering }, unheard);
    for (const { id } of unheard) delivered.add(id);
  }
  if (!told.isTurnOver) return;
  await endInbox(deps.folders, attempt.id);
  watch.isInboxEnded = true;
  // It may have waited long for somebody to look: its limits are of the time that it works.
  const awakeMs = deps.clock.awakeMs();
  setLife(watch, { ...watch.life, startedAwakeMs: awakeMs, lastOutputAwakeMs: awakeMs });
}

function seeOutput(watch: Watch): void {
  const { deps, life, transcript } = watch;
  setLife(watch, seenOutput(life, transcript.sizeBytes(), deps.clock.awakeMs()));
}

function setLife(watch: Watch, life: LifeRecord): void {
  if (life !== watch.life) watch.isLifeKept = false;
  watch.life = life;
}

/** Kept when it says something new: a life shorter than that needs no record. */
async function keepLife(watch: Watch): Promise<void> {
  const { deps, attempt, life, isLifeKept } = watch;
  if (isLifeKept || deps.clock.awakeMs() - life.startedAwakeMs < KEEP_LIFE_AFTER_MS) return;
  await deps.folders.keepLife(attempt.id, life);
  watch.isLifeKept = true;
}

async function report(watch: Watch, { agent, report: stream }: Read): Promise<void> {
  const { deps, attempt } = watch;
  const spending = spendingOf(stream, agent);
  const text = JSON.stringify([spending, stream.heard]);
  const isDue = deps.clock.nowMs() - watch.reportedAtMs >= REPORT_EVERY_MS;
  if (!isDue || text === watch.reported) return;
  watch.reportedAtMs = deps.clock.nowMs();
  watch.reported = text;
  const { heard } = stream;
  await execute(deps.store, { type: "report_attempt", ...idsOf(deps, attempt), spending, heard });
}

/** What the stream tells; a cost that it does not tell is reckoned where the model has a price. */
export function spendingOf(
  { sessionId, usage, costUsd, model }: StreamReport,
  { config, priceOf }: Pick<Agent, "config" | "priceOf">,
): AttemptSpending {
  const told = { sessionId, usage, costUsd };
  const name = model ?? config.model;
  if (costUsd !== undefined || name === undefined) return told;
  const price = priceOf?.(name);
  if (!price || totalOf(usage) === 0) return told;
  return { ...told, costUsd: costOf(usage, price), costIsEstimated: true };
}
