import { readFileSync } from "node:fs";
import { OrchestraError } from "../../core/errors.ts";
import { errnoOf } from "../../core/errno.ts";

/** A process ends between two questions, or belongs to someone else. */
const UNTOLD = ["ENOENT", "ESRCH", "EACCES", "EPERM"];

/** A file of `/proc`, read at once because it is memory; `undefined` when it is gone, or not for us. */
export function readProc(file: string): string | undefined {
  try {
    return readFileSync(`/proc/${file}`, "utf8");
  } catch (error) {
    if (UNTOLD.includes(errnoOf(error))) return undefined;
    // Who cannot look, as for want of a file descriptor, must not take the living for dead.
    throw error;
  }
}

/** The fields of a process's `stat` by their number in proc(5), without its pid and name. */
export function fieldsOf(stat: string): (number: number) => string | undefined {
  // The name is in parentheses, and may itself hold spaces and more.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (number) => fields[number - 3];
}

const EXEC_MAX_MS = 1_000;

/**
 * What a process was started with. While it becomes another program, which takes microseconds, it
 * has no environment and would not be known by it, so it is asked until it is one.
 */
export function environOf(pid: number): string {
  const lastTry = performance.now() + EXEC_MAX_MS;
  let before: string | undefined;
  while (performance.now() < lastTry) {
    const environ = readProc(`${pid}/environ`);
    if (environ !== "") return environ ?? "";
    const program = programOf(pid);
    if (program === undefined || program === before) return "";
    if (program !== NOT_YET) before = program;
  }
  throw new OrchestraError(
    "MACHINE_FULL",
    `Process ${pid} has not come to start its program for ${EXEC_MAX_MS} ms, so that nobody can tell whose it is. See whether the disk still answers.`,
  );
}

/** Flags of a process, from the kernel's `sched.h`. */
export const KERNEL_THREAD = 0x20_0000;
const EXITING = 0x4;

const NOT_YET = "0";

/**
 * Where the program and its environment are in memory, elsewhere for the next one; `undefined` where
 * there is none. The kernel says where the program is when all else of it is there.
 */
function programOf(pid: number): string | undefined {
  const field = fieldsOf(readProc(`${pid}/stat`) ?? "");
  const code = field(26);
  if (code === undefined || (Number(field(9)) & (KERNEL_THREAD | EXITING)) !== 0) return undefined;
  if (code !== NOT_YET) return `${code} ${field(50)}`;
  // Not every kernel tells, as that of gVisor.
  return pid === process.pid || programOf(process.pid) === undefined ? undefined : NOT_YET;
}
