export type SpawnRequest = {
  readonly id: number;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
};

/** How an ordered shell ended, or why it was not started. */
export type SpawnReport = {
  readonly id: number;
  readonly exitCode?: number;
  readonly errno?: string;
};

/**
 * What the spawner runs. Its text is its program, which is there in the source and in a bundle
 * alike; so it names nothing from outside itself.
 */
export function spawnerProgram(): void {
  const { spawn } = process.getBuiltinModule("node:child_process");
  process.on("message", ({ id, args, cwd, env }: SpawnRequest) => {
    const report = (end: Omit<SpawnReport, "id">): void => void process.send?.({ id, ...end });
    const refused = (error: unknown): void => {
      report({ errno: error instanceof Error && "code" in error ? String(error.code) : "" });
    };
    try {
      const child = spawn("/bin/sh", args, { cwd, env, detached: true, stdio: "ignore" });
      child.once("error", refused);
      child.once("exit", (code) => report(code === null ? {} : { exitCode: code }));
    } catch (error) {
      refused(error);
    }
  });
  // Whoever ordered is gone; what was started goes on.
  process.on("disconnect", () => process.exit());
}
