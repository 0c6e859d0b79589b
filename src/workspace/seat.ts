import { existsSync } from "node:fs";
import { link, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { holderOf, stateOfHolder } from "../agents/process/holder.ts";
import { machineProcessTable } from "../agents/process/process-table.ts";
import { errnoOf } from "../core/errno.ts";
import { OrchestraError } from "../core/errors.ts";
import type { ProcessHolder } from "../core/lease.ts";
import { writeWhole } from "./flush.ts";
import type { Worktree } from "./place.ts";
import { readLeft } from "./read-left.ts";

// A person in a worktree is on no blackboard. The note of it is in git's own folder about the worktree,
// beside that of its owner, and speaks for as long as the process lives that it names.

const FILE_NAME = "orchestra-seat.json";

type Sitting = { readonly worktree: Worktree; readonly taskId: string };

/**
 * Notes that this process is at work in a worktree, until `leaveSeat`: nothing is started there, and
 * nothing removes it. Throws `WORKSPACE_IN_USE` when another one that may be alive is there.
 */
export async function takeSeat(sitting: Sitting): Promise<void> {
  await refuseTaken(sitting);
  const file = fileOf(sitting.worktree);
  // Of somebody who is gone.
  if (existsSync(file)) await rm(file, { force: true });
  const whole = `${file}.${process.pid}`;
  await writeFile(whole, JSON.stringify(holderOf(machineProcessTable(), process.pid)));
  try {
    // Of two that come at once, the second finds it there.
    await link(whole, file);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") await refuseTaken(sitting);
    throw error;
  } finally {
    await rm(whole, { force: true });
  }
}

/** Gives the seat to a process that was started from it, as that may outlive this one. */
export async function giveSeat(worktree: Worktree, pid: number): Promise<void> {
  const holder = holderOf(machineProcessTable(), pid);
  if (holder) await writeWhole(fileOf(worktree), JSON.stringify(holder));
}

export async function leaveSeat(worktree: Worktree): Promise<void> {
  await rm(fileOf(worktree), { force: true });
}

/** Throws `WORKSPACE_IN_USE` while somebody who may be alive has a seat in the worktree. */
export async function refuseTaken({ worktree, taskId }: Sitting): Promise<void> {
  const holder = await readSeat(worktree);
  if (!holder || stateOfHolder(machineProcessTable(), holder) === "dead") return;
  const who = `process ${holder.pid} on ${holder.host}`;
  const message = `Somebody is at work in the worktree of ${taskId} by \`orchestra attach\` (${who}). It is free when that ends; if that machine is gone, remove ${fileOf(worktree)}.`;
  throw new OrchestraError("WORKSPACE_IN_USE", message);
}

/** What is torn was written before the machine went down, and names nobody who lives. */
async function readSeat(worktree: Worktree): Promise<ProcessHolder | undefined> {
  const text = (await readLeft(fileOf(worktree)))?.toString();
  try {
    const holder: ProcessHolder | undefined = text === undefined ? undefined : JSON.parse(text);
    return holder;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function fileOf({ gitDir }: Worktree): string {
  return join(gitDir, FILE_NAME);
}
