import { runQueue, type QueueEnd } from "../../engine/run-queue.ts";
import { holders } from "../../agents/process/holder.ts";
import { takeLease } from "../../engine/dispatcher-lease.ts";
import { haltAgents } from "../../cluster/node/run-node.ts";
import { queueDeps, type Project } from "../../app.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { parseNumberOption } from "../option-values.ts";
import { tasksWithoutAgent } from "../project-actions.ts";
import { plural } from "../view/amounts.ts";
import { readStatus } from "../view/status-view.ts";
import { showProgress } from "../view/progress.ts";
import { watchAnother } from "./watch-another.ts";

const PARALLEL_MAX = 1_000;
/** How long a second Ctrl-C has, to stop the agents as well. */
const SECOND_THOUGHT_MS = 5_000;

/** Works the queue until it is empty. A second one on the same queue only watches. */
export async function run(cli: Cli, options: { readonly parallel?: string }): Promise<void> {
  const parallel = parseNumberOption("--parallel", options.parallel, { min: 1, max: PARALLEL_MAX });
  await using project = await cli.openProject();
  const { store, clock } = project;
  const taking = await takeLease({ store, clock, processes: holders() });
  if (taking.kind === "held") return await watchAnother(cli, project, taking.by);

  const problems = new Set<string>();
  const deps = await queueDeps(project, {
    parallel: parallel ?? project.config.limits.parallel,
    lease: taking.lease,
    onProblem: (doing, error) => noteOnce(cli, problems, doing, error),
  });
  const stop = cli.onInterrupt();
  const shown = new AbortController();
  const showing = showProgress(cli, store, shown.signal);
  try {
    const end = await runQueue(deps, stop);
    shown.abort();
    await showing;
    await conclude(cli, project, end);
    if (end.kind === "stopped") await offerToHalt(cli, async () => haltAgents(deps), project);
  } finally {
    shown.abort();
    await taking.lease.release();
  }
}

/** Trouble that comes back at every turn of a loop is told once. */
function noteOnce(cli: Cli, told: Set<string>, doing: string, error: unknown): void {
  const text = `orchestra: while ${doing}: ${error instanceof Error ? error.message : String(error)}`;
  if (told.has(text)) return;
  told.add(text);
  cli.terminal.note(text);
}

async function conclude(cli: Cli, project: Project, end: QueueEnd): Promise<void> {
  const { counts, interrupts, tasks } = await readStatus(project.store);
  const strangers = await tasksWithoutAgent(project);
  cli.terminal.json({ end, counts, interrupts });
  if (end.kind === "stopped") {
    cli.exitCode.value = EXIT.interrupted;
    return;
  }
  for (const { id, agent } of strangers) {
    cli.terminal.note(`${id} wants the agent ${agent}, which is not configured.`);
  }
  const waiting = tasks.filter((task) => task.state === "waiting_human");
  if (waiting.length > 0 || end.deferredMerges > 0) {
    cli.terminal.note(
      `Done but for what waits for you: ${plural(waiting.length, "task")}, ${plural(end.deferredMerges, "merge")}. \`orchestra status\` says why.`,
    );
    cli.exitCode.value = EXIT.needsHuman;
  } else if (strangers.length > 0) {
    cli.exitCode.value = EXIT.configuration;
  } else {
    cli.terminal.say("The queue is empty.");
  }
}

/** Agents go on without us; a second Ctrl-C stops them, too. */
async function offerToHalt(cli: Cli, halt: () => Promise<void>, project: Project): Promise<void> {
  const live = await project.store.liveAttempts();
  if (live.length === 0) return;
  cli.terminal.note(
    `Stopped taking work. ${plural(live.length, "agent")} left running: \`orchestra run\` takes them up again, \`orchestra cancel ID\` stops one. Press Ctrl-C again to stop them all now; their work is kept.`,
  );
  const again = cli.onInterrupt();
  await cli.clock.sleep(SECOND_THOUGHT_MS, again);
  if (!again.aborted) return;
  cli.terminal.note(`Stopping ${plural(live.length, "agent")} …`);
  await halt();
  cli.terminal.note("Stopped. Their work is kept, and their tasks are ready again.");
}
