import type { StartRequest } from "../../processes.ts";

/** A request to run `command` in its own folder. */
export function aRequest(folder: string, command: readonly string[]): StartRequest {
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };
  return { folder, command, cwd: folder, env, stdinFile: undefined, note: "" };
}
