import { createHash } from "node:crypto";
import { basename, join, relative, resolve } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import type { Environment } from "./environment.ts";

/** Where a project's worktrees are: outside the repository, where its tools do not find them. */
export function worktreesRoot(
  root: string,
  environment: Environment,
  configured: string | undefined,
): string {
  if (configured !== undefined) return outside(root, resolve(root, configured));
  const { ORCHESTRA_HOME, XDG_DATA_HOME } = environment.variables;
  const home =
    ORCHESTRA_HOME ?? join(XDG_DATA_HOME ?? join(environment.home, ".local/share"), "orchestra");
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 8);
  return outside(root, join(resolve(home), "worktrees", `${basename(root)}-${hash}`));
}

function outside(root: string, folder: string): string {
  const way = relative(root, folder);
  if (way.startsWith("..")) return folder;
  throw new OrchestraError(
    "INVALID_CONFIG",
    `Worktrees would be made in ${folder}, inside the repository, where tools would find them. Set workspace.root or ORCHESTRA_HOME to a folder outside ${root}.`,
  );
}
