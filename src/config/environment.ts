import { homedir } from "node:os";

/** What the surroundings say; the one place that reads `process.env`. */
export type Environment = {
  /** All that agents, checks and set-up inherit: as by hand, but for `OF_ANOTHER`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly home: string;
  readonly path: string;
};

/**
 * Variables about another piece of work than ours. What git sets for its hooks and aliases would
 * send an agent's `git commit` into the user's own checkout; what Orchestra sets for an attempt is
 * that of the agent that called us. Secrets stay: agents and tests need them, as by hand.
 */
const OF_ANOTHER: ReadonlySet<string> = new Set([
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_COMMON_DIR",
  "GIT_PREFIX",
  "GIT_NAMESPACE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_QUARANTINE_PATH",
  "ORCHESTRA_TASK_ID",
  "ORCHESTRA_ATTEMPT_ID",
  "ORCHESTRA_WORKTREE_PATH",
  "ORCHESTRA_BRANCH",
  "ORCHESTRA_BASE_BRANCH",
]);

// oxlint-disable-next-line node/no-process-env -- The one place.
export function readEnvironment(inherited: NodeJS.ProcessEnv = process.env): Environment {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined && !OF_ANOTHER.has(name)) variables[name] = value;
  }
  return { variables, home: homedir(), path: variables["PATH"] ?? "" };
}
