import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { livingOf } from "../../agents/process/inspect.ts";
import { ATTEMPT_FILES } from "../../agents/processes.ts";
import { isLive, taskIdOf } from "../../core/attempt.ts";
import { OrchestraError } from "../../core/errors.ts";
import { hasEnded } from "../../core/task.ts";
import type { LookDeps, Trouble } from "./trouble.ts";

const GRACE_MS = 10_000;

type Origin = { readonly folder: string; readonly attemptId: string };

/** Agents and checks that go on although their attempt is over. */
export async function findStrayProcesses(deps: LookDeps): Promise<readonly Trouble[]> {
  const { table, paths, isWorked } = deps;
  const seen = table.glance();
  const origins = originsIn(paths.attempts, isWorked);
  const alive = origins.filter(({ folder }) => livingOf(seen, folder).length > 0);
  if (alive.length === 0) return [];
  const over = await overAmong(deps, alive);
  // Again, because an attempt may have ended since, together with its processes.
  return over.flatMap(({ folder, attemptId }) => {
    const pids = livingOf(table.glance(), folder).map(({ pid }) => pid);
    return pids.length === 0 ? [] : [strayOf(folder, attemptId, pids)];
  });
}

function strayOf(folder: string, attemptId: string, pids: readonly number[]): Trouble {
  return {
    what: "process",
    detail: `attempt ${attemptId} is over, and its processes ${pids.join(", ")} go on`,
    cure: "ends them",
    mend: async ({ processes }) => {
      const { isProvenDead } = await processes.terminate(folder, GRACE_MS);
      if (isProvenDead) return;
      const message = `The processes of ${attemptId} could not be ended. Look for them with ps.`;
      throw new OrchestraError("INTERNAL", message);
    },
  };
}

/** Every folder that something may have been started from. */
function originsIn(attempts: string, isWorked: boolean): Origin[] {
  const { checks, mergeChecks } = ATTEMPT_FILES;
  return namesIn(attempts).flatMap((attemptId) => {
    const own = join(attempts, attemptId);
    const parents = isWorked ? [checks] : [checks, mergeChecks];
    const ofChecks = parents.flatMap((parent) =>
      namesIn(join(own, parent)).map((name) => join(own, parent, name)),
    );
    return [own, ...ofChecks].map((folder) => ({ folder, attemptId }));
  });
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/**
 * Those whose attempt has ended, or whose task has. An attempt that the blackboard does not know, of
 * a task that goes on, may be one that it was put back behind, and comes to again.
 */
async function overAmong(
  { reader, knowsAll }: LookDeps,
  origins: readonly Origin[],
): Promise<readonly Origin[]> {
  const ids = [...new Set(origins.map(({ attemptId }) => taskIdOf(attemptId)))];
  const tasks = await reader.tasksById(ids);
  const attempts = new Map((await reader.attemptsOf(...ids)).map((one) => [one.id, one]));
  return origins.filter(({ attemptId }) => {
    const attempt = attempts.get(attemptId);
    if (attempt) return !isLive(attempt.state);
    const task = tasks.get(taskIdOf(attemptId));
    return task ? hasEnded(task.state) : knowsAll;
  });
}
