import type { CheckSpec } from "../core/task.ts";

const TIMEOUT_MS = 30 * 60_000;

/** A check of one command, as a person wrote it. */
export function commandCheck({
  run,
  name = typeof run === "string" ? run : run.join(" "),
  timeoutMs = TIMEOUT_MS,
}: {
  readonly run: string | readonly string[];
  readonly name?: string | undefined;
  readonly timeoutMs?: number | undefined;
}): CheckSpec {
  // A line is for the shell, because whoever wrote it means one.
  const command = typeof run === "string" ? ["sh", "-c", run] : run;
  return { kind: "command", name, command, timeoutMs };
}
