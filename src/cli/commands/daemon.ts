import { PARALLEL_MAX } from "../../engine/run-queue.ts";
import { parseNumberOption } from "../option-values.ts";
import { hostname } from "node:os";
import { relative } from "node:path";
import { holders, stateOfHolder } from "../../agents/process/holder.ts";
import { readTail, sizeOf } from "../../agents/process/follow-lines.ts";
import { machineProcessTable } from "../../agents/process/process-table.ts";
import { nodeDeps, type Project } from "../../app.ts";
import { haltAgents } from "../../cluster/node/run-node.ts";
import { projectPaths } from "../../config/paths.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { ProcessHolder } from "../../core/lease.ts";
import { takeLease } from "../../engine/dispatcher-lease.ts";
import type { Cli } from "../cli.ts";
import { spawnInBackground, type Background } from "../daemon/spawn-in-background.ts";
import { EXIT } from "../exit-codes.ts";
import { livingDispatcher } from "../../engine/living-dispatcher.ts";
import { printable } from "../terminal.ts";
import { plural } from "../view/amounts.ts";

const LOOK_EVERY_MS = 100;
/** To load, and to open a store that may be far away. */
const START_MAX_MS = 30_000;
/** To place its first tasks, when the queue is its; what fails is tried again all the while. */
const FIRST_PASS_MAX_MS = 10_000;
/** A merge that is going on is brought to its end. */
const STOP_MAX_MS = 120_000;
const LOG_TAIL_BYTES = 2_000;
const LOG_LINES_SHOWN = 10;

/** Aborts never. */
const NEVER = new AbortController().signal;

/** Starts a process that works the queue until it is stopped; refused where one does already. */
export async function startDaemon(
  cli: Cli,
  options: { readonly parallel?: string },
): Promise<void> {
  parseNumberOption("--parallel", options.parallel, { min: 1, max: PARALLEL_MAX });
  await using project = await cli.openProject();
  const other = await livingDispatcher(project.store);
  if (other) throw alreadyRunning(other);
  const log = projectPaths(project.root).daemonLog;
  const sizeBefore = sizeOf(log);
  const parallel = options.parallel === undefined ? [] : ["--parallel", options.parallel];
  const daemon = spawnInBackground(cli.program, ["run", "--watch", "--log", log, ...parallel], {
    cwd: project.root,
    env: cli.environment.variables,
    log,
  });
  const start = await started(cli, project, daemon);
  // One that came too late would take over when the other is stopped.
  if (start.kind !== "at_work") await daemon.end();
  if (start.kind === "another") throw alreadyRunning(start.holder);
  const place = relative(cli.cwd, log);
  if (start.kind === "failed") throw await notStarted(cli, { log, sizeBefore, place });
  const { pid, host } = start.holder;
  cli.terminal.json({ process: { pid, host }, log });
  cli.terminal.say(`Process ${pid} works this queue now. It writes to ${place}.`);
}

function alreadyRunning({ pid, host }: ProcessHolder): OrchestraError {
  const message = `Process ${pid} on ${host} works this queue already. \`orchestra daemon stop\` stops it.`;
  return new OrchestraError("ALREADY_RUNNING", message);
}

type Start =
  | { readonly kind: "at_work"; readonly holder: ProcessHolder }
  | { readonly kind: "another"; readonly holder: ProcessHolder }
  /** It has ended, or its time was up. */
  | { readonly kind: "failed" };

async function started(cli: Cli, { store }: Project, daemon: Background): Promise<Start> {
  const startMs = cli.clock.awakeMs();
  let leasedAtMs = Infinity;
  for (;;) {
    const isAtWork = daemon.isAtWork();
    const holder = await livingDispatcher(store);
    if (holder && holder.pid !== daemon.pid) return { kind: "another", holder };
    if (holder && isAtWork) return { kind: "at_work", holder };
    const nowMs = cli.clock.awakeMs();
    if (holder) leasedAtMs = Math.min(leasedAtMs, nowMs);
    const isLate = nowMs > startMs + START_MAX_MS || nowMs > leasedAtMs + FIRST_PASS_MAX_MS;
    if (isLate || daemon.hasEnded()) return { kind: "failed" };
    await cli.clock.sleep(LOOK_EVERY_MS, NEVER);
  }
}

type LogSince = { readonly log: string; readonly sizeBefore: number; readonly place: string };

/** With what it said last, as far as it said that and not one before it. */
async function notStarted(cli: Cli, { log, sizeBefore, place }: LogSince): Promise<OrchestraError> {
  const bytes = Math.min(LOG_TAIL_BYTES, Math.max(0, sizeOf(log) - sizeBefore));
  const lines = (await readTail(log, bytes)).split("\n").filter((line) => line.trim() !== "");
  const last = lines.slice(-LOG_LINES_SHOWN);
  for (const line of last) cli.terminal.note(printable(line));
  const said = last.at(-1);
  const why = said === undefined ? "It said nothing." : `It said last: ${said}`;
  const message = `The daemon did not come to work, and was stopped. ${why} See ${place}.`;
  return new OrchestraError("STORE_UNAVAILABLE", message);
}

/** Tells which process works the queue, whoever started it. */
export async function daemonStatus(cli: Cli): Promise<void> {
  await using reader = await cli.openReader();
  const holder = reader && (await livingDispatcher(reader));
  // Before it is written, because who reads may have gone away.
  if (!holder) cli.exitCode.value = EXIT.workFailed;
  const found = holder && { pid: holder.pid, host: holder.host };
  cli.terminal.json({ isRunning: holder !== undefined, process: found });
  cli.terminal.say(
    holder
      ? `Process ${holder.pid} on ${holder.host} works this queue.`
      : "Nobody works this queue. Start it: orchestra daemon start",
  );
}

/** Stops the process that works the queue, and waits until it has gone. */
export async function stopDaemon(cli: Cli, options: { readonly agents?: boolean }): Promise<void> {
  await using project = await cli.openProject();
  const holder = await livingDispatcher(project.store);
  if (holder) await endProcess(cli, holder);
  if (options.agents) await stopAgents(cli, project);
  const live = await project.store.liveAttempts();
  cli.terminal.json({ wasRunning: holder !== undefined, agentsLeft: live.length });
  cli.terminal.say(holder ? `Process ${holder.pid} has stopped.` : "Nobody worked this queue.");
  if (live.length === 0) return;
  const agents = `${plural(live.length, "agent")} left running`;
  cli.terminal.say(
    `${agents}: the next \`orchestra run\` or \`orchestra daemon start\` takes them up.`,
  );
}

async function endProcess(cli: Cli, holder: ProcessHolder): Promise<void> {
  if (holder.host !== hostname()) {
    const message = `Process ${holder.pid} works this queue on ${holder.host}: stop it there.`;
    throw new OrchestraError("INVALID_ARGUMENT", message);
  }
  const table = machineProcessTable();
  const isAlive = (): boolean => stateOfHolder(table, holder) === "alive";
  const deadlineMs = cli.clock.awakeMs() + STOP_MAX_MS;
  if (isAlive()) process.kill(holder.pid, "SIGTERM");
  while (isAlive()) {
    if (cli.clock.awakeMs() > deadlineMs) {
      const message = `Process ${holder.pid} was asked to stop, and has not yet. Look at its log, and try again.`;
      throw new OrchestraError("STORE_UNAVAILABLE", message);
    }
    await cli.clock.sleep(LOOK_EVERY_MS, NEVER);
  }
}

/** As the second Ctrl-C of `run` does, under the lease that it held. */
async function stopAgents(cli: Cli, project: Project): Promise<void> {
  const { store, clock } = project;
  const taking = await takeLease({ store, clock, processes: holders() });
  if (taking.kind === "held") throw alreadyRunning(taking.by.holder);
  try {
    const deps = await nodeDeps(project, (doing, error) => {
      cli.terminal.note(`orchestra: while ${doing}: ${String(error)}`);
    });
    await haltAgents(deps);
  } finally {
    await taking.lease.release();
  }
}
