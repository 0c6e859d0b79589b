import { PARALLEL_MAX } from "../../engine/run-queue.ts";
import { parseNumberOption } from "../option-values.ts";
import { hostname } from "node:os";
import { relative } from "node:path";
import { holders, stateOfHolder } from "../../agents/process/holder.ts";
import { readTail } from "../../agents/process/follow-lines.ts";
import { machineProcessTable } from "../../agents/process/process-table.ts";
import { nodeDeps, type Project } from "../../app.ts";
import { haltAgents } from "../../cluster/node/run-node.ts";
import { projectPaths } from "../../config/paths.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { ProcessHolder } from "../../core/lease.ts";
import { takeLease } from "../../engine/dispatcher-lease.ts";
import type { Cli } from "../cli.ts";
import { spawnInBackground } from "../daemon/spawn-in-background.ts";
import { EXIT } from "../exit-codes.ts";
import { livingDispatcher } from "../../engine/living-dispatcher.ts";
import { plural } from "../view/amounts.ts";

const LOOK_EVERY_MS = 100;
/** To load, and to open a store that may be far away. */
const START_MAX_MS = 30_000;
/** A merge that is going on is brought to its end. */
const STOP_MAX_MS = 120_000;
const LOG_TAIL_BYTES = 2_000;

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
  const parallel = options.parallel === undefined ? [] : ["--parallel", options.parallel];
  const daemon = spawnInBackground(cli.program, ["run", "--watch", "--log", log, ...parallel], {
    cwd: project.root,
    env: cli.environment.variables,
    log,
  });
  const place = relative(cli.cwd, log);
  const holder = await untilItWorks(cli, project, daemon.hasEnded);
  // One that came too late would take over when the other is stopped.
  if (holder?.pid !== daemon.pid) await daemon.end();
  if (holder === undefined) {
    const said = (await readTail(log, LOG_TAIL_BYTES)).trim().split("\n").at(-1) ?? "";
    const why = said === "" ? "It said nothing." : `It said last: ${said}`;
    throw new OrchestraError("STORE_UNAVAILABLE", `The daemon did not start. ${why} See ${place}.`);
  }
  if (holder.pid !== daemon.pid) throw alreadyRunning(holder);
  cli.terminal.json({ process: { pid: holder.pid, host: holder.host }, log });
  cli.terminal.say(`Process ${holder.pid} works this queue now. It writes to ${place}.`);
}

function alreadyRunning({ pid, host }: ProcessHolder): OrchestraError {
  const message = `Process ${pid} on ${host} works this queue already. \`orchestra daemon stop\` stops it.`;
  return new OrchestraError("ALREADY_RUNNING", message);
}

async function untilItWorks(
  cli: Cli,
  { store }: Project,
  hasEnded: () => boolean,
): Promise<ProcessHolder | undefined> {
  const deadlineMs = cli.clock.awakeMs() + START_MAX_MS;
  while (!hasEnded() && cli.clock.awakeMs() < deadlineMs) {
    const holder = await livingDispatcher(store);
    if (holder) return holder;
    await cli.clock.sleep(LOOK_EVERY_MS, NEVER);
  }
  return undefined;
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
