import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { TestContext } from "vitest";
import type { Entry } from "./agents/real-project.ts";

export type MountNamespace = {
  /** Runs commands among the namespace's mounts, as their superuser. */
  readonly entry: Entry;
  readonly [Symbol.dispose]: () => void;
};

/** Mounts of a test's own, which vanish with it. Skips the test where the system gives it none. */
export async function createMountNamespace(context: TestContext): Promise<MountNamespace> {
  const isRoot = process.getuid?.() === 0;
  const unshare = isRoot ? ["--mount"] : ["--user", "--map-root-user", "--mount"];
  // It holds the namespace open for as long as its standard input is.
  const held = "mount -t tmpfs tmpfs /tmp && umount /tmp && echo held && exec cat";
  const holder = spawn("unshare", [...unshare, "sh", "-c", held], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const closed = once(holder, "close").catch(String);
  const [line] = await Promise.race([once(createInterface(holder.stdout), "line"), closed]);
  context.skip(line !== "held", "This system lets a test mount nothing.");

  const nsenter = ["nsenter", `--target=${holder.pid}`, "--mount"];
  if (!isRoot) nsenter.push("--user", "--preserve-credentials");
  return {
    // The folder is entered afterwards: before, its name means another mount.
    entry: (cwd, command) => [...nsenter, "sh", "-c", 'cd "$0" && exec "$@"', cwd, ...command],
    [Symbol.dispose]: () => holder.stdin.end(),
  };
}
