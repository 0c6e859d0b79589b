import { createHash } from "node:crypto";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import type { Environment } from "./environment.ts";

/**
 * Where a project's worktrees are: outside the repository, where its tools do not find them, and in
 * a folder of their own, as other projects may have theirs beside it.
 */
export function worktreesRoot(
  root: string,
  environment: Environment,
  configured: string | undefined,
): string {
  const parent = configured ?? defaultWorktrees(environment).folder;
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 8);
  return outside(root, resolve(root, parent, `${basename(root)}-${hash}`));
}

/** Where worktrees are made if the configuration does not say, and the variable that says so. */
export function defaultWorktrees({ variables, home }: Environment): {
  readonly folder: string;
  readonly variable: string | undefined;
} {
  const [data, variable] = dataFolder(variables, home);
  return { folder: join(data, "worktrees"), variable };
}

/** The file that says which workspace has which ports, for all projects of the user. */
export function portsFile({ variables, home }: Environment): string {
  const [data] = dataFolder(variables, home);
  return join(data, "ports.db");
}

function dataFolder(
  variables: Environment["variables"],
  home: string,
): [folder: string, variable: string | undefined] {
  const own = variables["ORCHESTRA_HOME"];
  // Set to nothing means unset, as the specification of XDG_DATA_HOME has it.
  if (own) return [absolute(own), "ORCHESTRA_HOME"];
  const data = variables["XDG_DATA_HOME"] ?? "";
  if (isAbsolute(data)) return [join(data, "orchestra"), "XDG_DATA_HOME"];
  return [join(home, ".local/share/orchestra"), undefined];
}

/** What is found from where a command is typed would be another folder for the next one. */
function absolute(folder: string): string {
  if (isAbsolute(folder)) return folder;
  throw new OrchestraError(
    "INVALID_CONFIG",
    `ORCHESTRA_HOME is ${JSON.stringify(folder)}, a path from the current folder. Set it to a whole one, such as ${JSON.stringify(resolve(folder))}.`,
  );
}

function outside(root: string, folder: string): string {
  const way = relative(root, folder);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) return folder;
  throw new OrchestraError(
    "INVALID_CONFIG",
    `Worktrees would be made in ${folder}, inside the repository, where tools would find them. Set workspace.root or ORCHESTRA_HOME to a folder outside ${root}.`,
  );
}
