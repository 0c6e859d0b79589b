import { readdirSync, readFileSync } from "node:fs";

/** Processes that were started for this project, by the folder in their environment. */
export function livingProcesses(root: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => of(pid, "environ").includes(`ORCHESTRA_ROOT=${root}\0`));
}

/** Whether it runs; what is dead and waits for its parent to notice does not. */
export function isAlive(pid: number): boolean {
  return /\) [^ZX] /.test(of(String(pid), "stat"));
}

/** The processes that this one has started, on whichever of its threads. */
export function childrenOf(pid: number): readonly number[] {
  // After the name, in parentheses, which may hold anything: the state, and the parent.
  const isChild = (name: string): boolean =>
    / \S (\d+) [^)]*$/.exec(of(name, "stat"))?.[1] === String(pid);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isChild(name))
    .map(Number);
}

/** A file of a process; empty when the process is gone. */
function of(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // It ended between two looks.
    return "";
  }
}
