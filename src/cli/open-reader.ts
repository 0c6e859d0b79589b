import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { configuredLocation } from "../config/configured-location.ts";
import { STATE_FOLDER } from "../config/paths.ts";
import type { Environment } from "../config/environment.ts";
import type { StoreLocation } from "../config/store-location.ts";
import { openStoreReader } from "../store/open-store.ts";
import type { StoreReader } from "../store/store.ts";
import type { RepositoryFacts } from "../workspace/inspect-repository.ts";
import { refuseFleeting, refuseNowhere } from "./refuse-store.ts";

/** A project's blackboard, for commands that only look. */
export type Reader = StoreReader & {
  readonly root: string;
  readonly location: StoreLocation;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** The blackboard around `cwd`, as a rule found by folders alone: to ask git takes longer. */
export async function openReader(place: {
  readonly cwd: string;
  readonly environment: Environment;
  readonly findRepository: () => Promise<RepositoryFacts>;
}): Promise<Reader | undefined> {
  const top = topOf(place.cwd);
  const root = top !== undefined && isProject(top) ? top : (await place.findRepository()).root;
  const location = await configuredLocation(root, place.environment);
  refuseFleeting(location);
  const reader = await openStoreReader(location);
  if (!reader) refuseNowhere(location, root);
  return reader && { ...reader, root, location, [Symbol.asyncDispose]: reader.close };
}

/** Whether there is one yet: what only looks, or mends, makes none. */
export async function hasBlackboard(cli: {
  readonly openReader: () => Promise<Reader | undefined>;
}): Promise<boolean> {
  await using reader = await cli.openReader();
  return reader !== undefined;
}

/** The folder of the repository that `folder` is in, or of state that outlived its repository. */
function topOf(folder: string): string | undefined {
  if ([STATE_FOLDER, ".git"].some((name) => existsSync(join(folder, name)))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : topOf(parent);
}

/** Not a linked worktree, as agents work in: its `.git` is a file, and its project another's. */
function isProject(top: string): boolean {
  const git = statSync(join(top, ".git"), { throwIfNoEntry: false });
  return existsSync(join(top, STATE_FOLDER)) || git?.isDirectory() === true;
}
