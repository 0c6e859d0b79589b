import { homedir } from "node:os";

/** What the surroundings say; the one place that reads `process.env`. */
export type Environment = {
  /** All that agents, checks and set-up inherit: as by hand, but for `OF_ANOTHER`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly home: string;
  readonly path: string;
  /** Where the blackboard is, if it is not where the configuration says. */
  readonly storeUrl: string | undefined;
};

/** Set by git for its hooks and aliases: they would send commands into the repository of those. */
export const HOOK_VARIABLES: readonly string[] = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_COMMON_DIR",
  "GIT_PREFIX",
  "GIT_NAMESPACE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_QUARANTINE_PATH",
  "GIT_CONFIG",
  "GIT_CONFIG_PARAMETERS",
  "GIT_AUTHOR_DATE",
];

/**
 * Variables about another piece of work than ours; those that Orchestra sets for an attempt are of
 * the agent that called us. Secrets stay: agents and tests need them, as by hand.
 */
const OF_ANOTHER: ReadonlySet<string> = new Set([
  ...HOOK_VARIABLES,
  "ORCHESTRA_TASK_ID",
  "ORCHESTRA_ATTEMPT_ID",
  "ORCHESTRA_WORKTREE_PATH",
  "ORCHESTRA_BRANCH",
  "ORCHESTRA_BASE_BRANCH",
  "ORCHESTRA_PORT",
]);

const STORE_VARIABLE = "ORCHESTRA_STORE";

/** For the git commands of agents and checks, and of what they call. */
const GIT_SETTINGS = {
  // Killed with its agent, it would leave half a pack, and the lock that keeps git from ever tidying up again.
  "maintenance.auto": "false",
  // By itself git leaves it to the system when a commit comes to the disk: after a power cut it may be an empty file.
  "core.fsync": "committed",
  // What was amended or reset away is found, and kept, by what git notes of where HEAD was.
  "core.logAllRefUpdates": "true",
};

/** The same surroundings with a store that was named, which the agents' own commands then mean, too. */
export function withStore(environment: Environment, storeUrl: string): Environment {
  const variables = { ...environment.variables, [STORE_VARIABLE]: storeUrl };
  return { ...environment, variables, storeUrl };
}

// oxlint-disable-next-line node/no-process-env -- The one place.
export function readEnvironment(inherited: NodeJS.ProcessEnv = process.env): Environment {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined && !OF_ANOTHER.has(name)) variables[name] = value;
  }
  return {
    variables: withGitSettings(variables),
    home: homedir(),
    path: variables["PATH"] ?? "",
    // Set to nothing is as good as not set.
    storeUrl: variables[STORE_VARIABLE] || undefined,
  };
}

/** What the user has set in the same way stays. */
function withGitSettings(variables: Environment["variables"]): Environment["variables"] {
  const known = Number(variables["GIT_CONFIG_COUNT"] || 0);
  const names = Array.from({ length: known }, (_, at) => variables[`GIT_CONFIG_KEY_${at}`]);
  const added = Object.entries(GIT_SETTINGS).filter(([name]) => !names.includes(name));
  const settings = added.flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${known + index}`, name],
    [`GIT_CONFIG_VALUE_${known + index}`, value],
  ]);
  if (settings.length === 0) return variables;
  const count = `${known + added.length}`;
  return { ...variables, GIT_CONFIG_COUNT: count, ...Object.fromEntries(settings) };
}
