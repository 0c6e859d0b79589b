import { existsSync } from "node:fs";
import { readdir, realpath, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { readLeft } from "./read-left.ts";
import { commonDirOf } from "./git-folders.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";

/** Whoever is making a worktree has long gone on after this. */
const LOOK_AGAIN_MS = 1_000;
/** What git itself writes into the lock of a worktree that it is making. */
const BEING_MADE = "initializing";
/** Without them git can read none of the repository's worktrees. */
const NEEDED = ["commondir", "HEAD"];

type Deps = Pick<WorktreesDeps, "repositoryRoot" | "worktreesRoot" | "clock">;

/**
 * Git's records of worktrees that were not whole when git was killed or the power was cut, as folders.
 * Nobody has worked there yet: ours are flushed before. As long as one is there, git refuses whatever
 * looks at worktrees.
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

/** Removes the record of this name when it leads nowhere, or was half made. For one caller at a time. */
export async function dropHalfMadeRecord(deps: Omit<Deps, "clock">, path: string): Promise<void> {
  // Git calls the record like the folder, as far as refs may be called so.
  const name = basename(path).replace(/^\./, "-");
  const record = join(await commonDirOf(deps), "worktrees", name);
  if (!existsSync(record)) return;
  const leadsNowhere = (await textOf(record, "gitdir")) === "";
  if (leadsNowhere || (await isHalfMade(deps, record))) await removeRecords([record]);
}

/** Removes what `halfMadeRecords` has found. */
export async function removeRecords(records: readonly string[]): Promise<void> {
  for (const record of records) await rm(record, { recursive: true, force: true });
}

async function suspectsIn(deps: Deps): Promise<string[]> {
  const folder = join(await commonDirOf(deps), "worktrees");
  const names = existsSync(folder) ? await readdir(folder) : [];
  return halfMadeAmong(
    deps,
    names.map((name) => join(folder, name)),
  );
}

/** Those that are not just being made. */
async function stillHalfMade(deps: Deps, suspects: readonly string[]): Promise<string[]> {
  await deps.clock.sleep(LOOK_AGAIN_MS, new AbortController().signal);
  return halfMadeAmong(deps, suspects);
}

async function halfMadeAmong(deps: Deps, records: readonly string[]): Promise<string[]> {
  const halfMade: string[] = [];
  for (const record of records) if (await isHalfMade(deps, record)) halfMade.push(record);
  return halfMade;
}

async function isHalfMade(deps: Omit<Deps, "clock">, record: string): Promise<boolean> {
  const texts = await Promise.all(NEEDED.map(async (name) => textOf(record, name)));
  if (texts.includes("")) return isNobodysWork(deps, record);
  return (await textOf(record, "gitdir")) === "" && existsSync(join(record, "locked"));
}

/** It was being made, or leads to a workspace, or nowhere: a person's own is for them to mend. */
async function isNobodysWork(
  { worktreesRoot }: Pick<Deps, "worktreesRoot">,
  record: string,
): Promise<boolean> {
  if ((await textOf(record, "locked")) === BEING_MADE) return true;
  const link = await textOf(record, "gitdir");
  if (link === "") return true;
  const root = existsSync(worktreesRoot) ? await realpath(worktreesRoot) : worktreesRoot;
  return link.startsWith(`${root}/`);
}

async function textOf(record: string, name: string): Promise<string> {
  return (await readLeft(join(record, name)))?.toString().trim() ?? "";
}
