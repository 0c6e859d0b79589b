import { setFlagsFromString } from "node:v8";
import { PARALLEL_MAX, runQueue, type QueueDeps, type QueueEnd } from "../../engine/run-queue.ts";
import { holders } from "../../agents/process/holder.ts";
import { requireMergedWork } from "../../engine/require-merged-work.ts";
import { takeLease, type HeldLease } from "../../engine/dispatcher-lease.ts";
import { haltAgents } from "../../cluster/node/run-node.ts";
import { queueDeps, type Project } from "../../app.ts";
import { requireFreeName } from "../../workspace/require-free-name.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { parseNumberOption } from "../option-values.ts";
import { leftReady } from "../project-actions.ts";
import { plural } from "../view/amounts.ts";
import { aboutHold, aboutRest } from "../report/hold-words.ts";
import { readStatus, type Status } from "../view/status-view.ts";
import { showProgress } from "../view/progress.ts";
import { withLog } from "../log-file.ts";
import { createNoteOnce } from "../note-once.ts";
import { watchAnother } from "./watch-another.ts";

/** How long a second Ctrl-C has, to stop the agents as well. */
const SECOND_THOUGHT_MS = 5_000;
/** From here on memory counts for more than the quarter of its speed that the engine gives for it. */
const MANY_AGENTS = 16;

type Options = {
  readonly parallel?: string;
  readonly watch?: boolean;
  readonly log?: string;
  readonly takeOver?: boolean;
};

/**
 * Works the queue until it is empty, or, with `watch`, until it is stopped. A second one on the same
 * queue only watches.
 */
export async function run(given: Cli, options: Options): Promise<void> {
  const cli = options.log === undefined ? given : withLog(given, options.log);
  const parallel = parseNumberOption("--parallel", options.parallel, { min: 1, max: PARALLEL_MAX });
  await using project = await cli.openProject();
  const { store, clock } = project;
  const clone = project.clone();
  const staysWhenEmpty = options.watch === true;
  const takesOver = options.takeOver === true;
  await requireFreeName(project.root);
  if (clone !== undefined) await requireMergedWork(store, project.root);
  for (;;) {
    const taking = await takeLease({ store, clock, processes: holders(), clone, takesOver });
    if (taking.kind === "taken") {
      const { lease } = taking;
      const limit = parallel ?? project.config.limits.parallel;
      if (limit > MANY_AGENTS) keepHeapSmall();
      try {
        return await work(cli, project, { lease, parallel: limit, staysWhenEmpty });
      } finally {
        await lease.release();
      }
    }
    const watching = { lease: taking.by, goesOn: staysWhenEmpty };
    const hasEnded = await watchAnother(cli, project, watching);
    if (!staysWhenEmpty || !hasEnded) return;
  }
}

/** What many agents print is soon forgotten: collected later, it would take twice the memory. */
function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

type Work = {
  readonly lease: HeldLease;
  readonly parallel: number;
  readonly staysWhenEmpty: boolean;
};

async function work(cli: Cli, project: Project, given: Work): Promise<void> {
  const noteOnce = createNoteOnce(cli.terminal);
  const onProblem = (doing: string, error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    noteOnce(`orchestra: while ${doing}: ${message}`);
  };
  const onPass = cli.tellAtWork;
  const deps = { ...(await queueDeps(project, { ...given, onProblem })), onPass };
  deps.bus.subscribe((hint) => {
    if (hint.kind === "held") noteOnce(aboutHold(hint.hold));
    if (hint.kind === "resting") noteOnce(aboutRest(hint.agent, hint.untilMs));
  });
  const { stop, ctrlC, halt } = interrupts(cli);
  const shown = new AbortController();
  const showing = showProgress(cli, project.store, shown.signal);
  try {
    const end = await runQueue(deps, stop);
    shown.abort();
    await showing;
    await conclude(cli, project, end);
    // Being stopped is how one that stays when all is done is meant to end.
    if (given.staysWhenEmpty && stop.aborted && !ctrlC.aborted) cli.exitCode.value = EXIT.done;
    if (end.kind === "stopped") await offerToHalt(cli, project, deps, { ctrlC, halt });
  } finally {
    shown.abort();
  }
}

type Interrupts = {
  /** The first Ctrl-C, or a termination. */
  readonly stop: AbortSignal;
  /** The first Ctrl-C alone. */
  readonly ctrlC: AbortSignal;
  /** The second, which may come while the first is still being answered. */
  readonly halt: AbortSignal;
};

function interrupts(cli: Cli): Interrupts {
  const halt = new AbortController();
  // Before `stop`, so that whoever is stopped can tell by whom.
  const ctrlC = cli.onCtrlC();
  const stop = cli.onInterrupt();
  const onStop = (): void => {
    cli.onCtrlC().addEventListener("abort", () => halt.abort(), { once: true });
  };
  stop.addEventListener("abort", onStop, { once: true });
  return { stop, ctrlC, halt: halt.signal };
}

/** Decides the exit code before it writes, because who reads may have gone away. */
async function conclude(cli: Cli, project: Project, end: QueueEnd): Promise<void> {
  const { counts, interrupts } = await readStatus(project.store);
  if (end.kind === "stopped") {
    cli.exitCode.value = EXIT.interrupted;
  } else {
    await sayWhatIsLeft(cli, project, counts, end.deferredMerges);
  }
  cli.terminal.json({ end, counts, interrupts });
}

async function sayWhatIsLeft(
  cli: Cli,
  project: Project,
  { waiting_human: waiting, ready }: Status["counts"],
  deferred: number,
): Promise<void> {
  const { strangers, paused } = await leftReady(project);
  const held = ready - strangers.count - paused.count;
  for (const { id, agent } of strangers.told) {
    cli.terminal.note(`${id} wants the agent ${agent}, which is not configured.`);
  }
  const untold = strangers.count - strangers.told.length;
  if (untold > 0) cli.terminal.note(`… and ${plural(untold, "more task")} of such agents`);
  if (paused.count > 0) {
    const [first] = paused.told;
    const more = paused.count === 1 ? (first?.id ?? "") : "--all";
    cli.terminal.note(`${plural(paused.count, "task")} paused: orchestra resume ${more}`);
  }
  if (held > 0) {
    const tasks = plural(held, "ready task");
    cli.terminal.note(`${tasks} could not be started: their agents wait for you, as told above.`);
  }
  if (waiting > 0 || deferred > 0 || paused.count > 0) {
    cli.exitCode.value = EXIT.needsHuman;
    cli.terminal.note(
      `Done but for what waits for you: ${plural(waiting + paused.count, "task")}, ${plural(deferred, "merge")}. \`orchestra status\` says why.`,
    );
  } else if (strangers.count > 0) {
    cli.exitCode.value = EXIT.configuration;
  } else {
    cli.terminal.say("The queue is empty.");
  }
}

/** Agents go on without us; a second Ctrl-C stops them, too. */
async function offerToHalt(
  cli: Cli,
  project: Project,
  deps: QueueDeps,
  { ctrlC, halt }: Pick<Interrupts, "ctrlC" | "halt">,
): Promise<void> {
  const live = await project.store.liveAttempts();
  if (live.length === 0) return;
  if (!halt.aborted) {
    // Who was terminated has nobody at the keyboard.
    const secondThought = ctrlC.aborted
      ? " Press Ctrl-C again to stop them all now; their work is kept."
      : "";
    cli.terminal.note(
      `Stopped taking work. ${plural(live.length, "agent")} left running: \`orchestra run\` takes them up again, \`orchestra cancel ID\` stops one.${secondThought}`,
    );
    if (ctrlC.aborted) await cli.clock.sleep(SECOND_THOUGHT_MS, halt);
  }
  if (!halt.aborted) return;
  cli.terminal.note(`Stopping ${plural(live.length, "agent")} …`);
  await haltAgents(deps);
  cli.terminal.note("Stopped. Their work is kept, and their tasks are ready again.");
}
