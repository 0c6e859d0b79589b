import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { readLeft } from "./read-left.ts";
import { commonDirOf } from "./git-folders.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";

/** Whoever is making a worktree has long gone on after this. */
const LOOK_AGAIN_MS = 1_000;
/** What git itself writes into the lock of a worktree that it is making. */
const BEING_MADE = "initializing";
/** Without them git can read none of the repository's worktrees. */
const NEEDED = ["commondir", "HEAD"];

type Deps = Pick<WorktreesDeps, "repositoryRoot" | "clock">;

/**
 * Git's records of worktrees that it was killed at while it wrote them, as folders. Nobody has worked
 * there yet, and as long as one is there, git refuses whatever looks at worktrees.
 */
export async function halfMadeRecords(deps: Deps): Promise<readonly string[]> {
  const suspects = await suspectsIn(deps);
  return suspects.length === 0 ? [] : stillHalfMade(deps, suspects);
}

/** Does `work`; once more, when a worktree whose making was killed may have kept it from that. */
export async function despiteHalfMade<T>(deps: Deps, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const suspects = await suspectsIn(deps);
    if (suspects.length === 0) throw error;
    await removeRecords(await stillHalfMade(deps, suspects));
    return work();
  }
}

/** Removes what `halfMadeRecords` has found. */
export async function removeRecords(records: readonly string[]): Promise<void> {
  for (const record of records) await rm(record, { recursive: true, force: true });
}

async function suspectsIn({ repositoryRoot }: Deps): Promise<string[]> {
  const folder = join(await commonDirOf({ repositoryRoot }), "worktrees");
  const names = existsSync(folder) ? await readdir(folder) : [];
  return halfMadeAmong(names.map((name) => join(folder, name)));
}

/** Those that are not just being made. */
async function stillHalfMade({ clock }: Deps, suspects: readonly string[]): Promise<string[]> {
  await clock.sleep(LOOK_AGAIN_MS, new AbortController().signal);
  return halfMadeAmong(suspects);
}

async function halfMadeAmong(records: readonly string[]): Promise<string[]> {
  const halfMade: string[] = [];
  for (const record of records) if (await isHalfMade(record)) halfMade.push(record);
  return halfMade;
}

async function isHalfMade(record: string): Promise<boolean> {
  const lock = await readLeft(join(record, "locked"));
  if (lock?.toString().trim() !== BEING_MADE) return false;
  for (const name of NEEDED) {
    if (!(await readLeft(join(record, name)))?.length) return true;
  }
  return false;
}
