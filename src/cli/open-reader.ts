import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectPaths, STATE_FOLDER } from "../config/paths.ts";
import type { Environment } from "../config/environment.ts";
import type { DispatcherLease } from "../core/lease.ts";
import { openSqliteReader } from "../store/sqlite/sqlite-store.ts";
import type { BlackboardReader } from "../store/store.ts";

/** A project's blackboard, for commands that only look. */
export type Reader = BlackboardReader & {
  readonly root: string;
  readonly dispatcherLease: () => Promise<DispatcherLease | undefined>;
  readonly watch: (listener: () => void, signal: AbortSignal) => void;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** The blackboard around `cwd`, found by its folder alone: looking asks no git and loads no file. */
export function openReader(options: {
  readonly cwd: string;
  readonly environment: Environment;
}): Reader | undefined {
  // An agent that asks from its worktree means the project that it works for.
  const from = options.environment.variables["ORCHESTRA_ROOT"] ?? options.cwd;
  const root = rootAbove(from);
  const reader = root === undefined ? undefined : openSqliteReader(projectPaths(root).blackboard);
  if (root === undefined || reader === undefined) return undefined;
  return { ...reader, root, [Symbol.asyncDispose]: reader.close };
}

function rootAbove(folder: string): string | undefined {
  if (existsSync(join(folder, STATE_FOLDER))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : rootAbove(parent);
}
