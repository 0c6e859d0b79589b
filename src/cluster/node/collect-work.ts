import type { Attempt } from "../../core/attempt.ts";
import { isFenced, isPassing } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import type { CollectedWork, Workspace } from "../../workspace/workspace.ts";
import type { NodeDeps } from "./deps.ts";

/** What its agent left, or in a sentence why that cannot be had, though nothing of the machine is in the way. */
export type Collected =
  | { readonly kind: "collected"; readonly work: CollectedWork }
  | { readonly kind: "uncollectable"; readonly message: string };

type Left = { readonly task: Task; readonly attempt: Attempt; readonly workspace: Workspace };

/** A lock of git's is held for a moment; what fails this often needs a person. */
const TRIES_MAX = 3;
const TRY_AGAIN_MS = 1_000;

/** Collects what the agent left in its workspace. Trouble of the machine, and of who holds it, is thrown. */
export async function collectWork(
  deps: Pick<NodeDeps, "workspaces" | "clock">,
  { task, attempt, workspace }: Left,
  signal: AbortSignal,
): Promise<Collected> {
  const request = {
    attemptId: attempt.id,
    taskCreatedAtMs: task.createdAtMs,
    message: task.title,
    commitLeftovers: !task.checks.some((check) => check.name === "clean_tree"),
  };
  for (let tries = 1; ; tries += 1) {
    try {
      return { kind: "collected", work: await deps.workspaces.collect(workspace, request) };
    } catch (error) {
      if (isFenced(error) || isPassing(error) || signal.aborted) throw error;
      if (tries === TRIES_MAX) {
        const said = error instanceof Error ? error.message : String(error);
        return { kind: "uncollectable", message: `Its work could not be collected: ${said}` };
      }
    }
    await deps.clock.sleep(TRY_AGAIN_MS, signal);
  }
}
