import { delimiter, resolve } from "node:path";
import { isExecutable, isFile } from "../../config/executable.ts";
import { OrchestraError } from "../../core/errors.ts";

/** Where a POSIX system looks when nobody says. */
const PATH_DEFAULT = "/usr/local/bin:/usr/bin:/bin";

/**
 * Where the executable is, as the operating system would find it; throws when there is none that
 * can be run.
 */
export function findExecutable(name: string, cwd: string, path: string = PATH_DEFAULT): string {
  const isPath = name.includes("/");
  const files = (
    isPath
      ? [resolve(cwd, name)]
      : path.split(delimiter).map((folder) => resolve(cwd, folder, name))
  ).filter(isFile);
  const found = files.find(isExecutable);
  if (found !== undefined && name !== "") return found;

  const problem =
    files[0] === undefined
      ? `there is no such executable${isPath ? "" : " on PATH"}. Install it, or set the agent's command in orchestra.yaml.`
      : `${files[0]} is not executable. Run chmod +x on it.`;
  throw new OrchestraError("AGENT_UNUSABLE", `Could not start ${JSON.stringify(name)}: ${problem}`);
}
