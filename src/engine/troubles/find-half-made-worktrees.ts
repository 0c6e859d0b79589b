import { basename } from "node:path";
import { halfMadeRecords, removeRecords } from "../../workspace/half-made.ts";
import type { LookDeps, Trouble } from "./trouble.ts";

/** Worktrees whose making was killed so that git can read none; who works the queue mends that himself. */
export async function findHalfMadeWorktrees({
  worktrees,
  isWorked,
}: LookDeps): Promise<readonly Trouble[]> {
  if (isWorked) return [];
  const records = await halfMadeRecords(worktrees);
  return records.map((record) => ({
    what: "worktree",
    detail: `git was killed while it made the worktree ${basename(record)}, and can read none since`,
    cure: "removes the record of it; nobody has worked there",
    mend: async () => removeRecords([record]),
  }));
}
