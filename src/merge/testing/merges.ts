import { NEVER, NO_CONFIG, type TestRepository } from "../../workspace/testing/test-repository.ts";
import type { WorkspaceConfig } from "../../workspace/worktrees-deps.ts";
import { createMergeRepository } from "../git-repository.ts";
import type { MergeRepository, PreparedMerge } from "../repository.ts";

export const TITLE = "Do the work";

/** The merge queue's repository of a test, for the configuration that the test is about. */
export function mergesOf(
  repository: TestRepository,
  config: Partial<WorkspaceConfig> = {},
): MergeRepository {
  return createMergeRepository({ ...repository.deps, config: { ...NO_CONFIG, ...config } });
}

/** A commit on a branch of its own, off `main`; `main` stays checked out. */
export async function worked(
  repository: TestRepository,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  await repository.git(["switch", "--quiet", "--detach", "main"]);
  const commit = await repository.commit(files, "Work");
  await repository.git(["branch", `work-${commit.slice(0, 8)}`]);
  await repository.git(["switch", "--quiet", "main"]);
  return commit;
}

/** The merge of `commit` into `main`, which has to succeed. */
export async function prepared(
  merges: MergeRepository,
  commit: string,
  title = TITLE,
): Promise<Extract<PreparedMerge, { kind: "prepared" }>> {
  const merge = await merges.prepareMerge(
    { taskId: "t1", title, commit, targetBranch: "main" },
    NEVER,
  );
  if (merge.kind !== "prepared") throw new Error(`Not prepared: ${merge.kind}`);
  return merge;
}

/** Where a merge is checked out for its checks, which it needs. */
export function pathOf({ toProve }: Awaited<ReturnType<typeof prepared>>): string {
  if (!toProve) throw new Error("Its files were proven before.");
  return toProve.path;
}
