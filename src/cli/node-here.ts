import { nodeDeps, type Project } from "../app.ts";
import type { NodeDeps } from "../cluster/node/deps.ts";
import type { Terminal } from "./terminal.ts";

/** What ending processes takes, for commands that find no dispatcher to do it. */
export async function nodeHere(project: Project, terminal: Terminal): Promise<NodeDeps> {
  return nodeDeps(project, (doing, error) => {
    terminal.note(`orchestra: while ${doing}: ${String(error)}`);
  });
}
