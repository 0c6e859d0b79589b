import { tryGit } from "./git.ts";
import type { Place } from "./place.ts";

const HIDDEN = /^(?!H )/m;
/** Beyond the folders of a narrow worktree files are left out, and marked. */
const HIDDEN_AND_NOT_LEFT_OUT = /^(?![HS] )/m;

/** Whether git looks at every tracked file: it can be told to take some for unchanged. */
export async function seesEveryFile(place: Place, isNarrow = false): Promise<boolean> {
  const { exitCode, stdout } = await tryGit(["ls-files", "-v"], place);
  if (exitCode !== 0) return false;
  return stdout === "" || !(isNarrow ? HIDDEN_AND_NOT_LEFT_OUT : HIDDEN).test(stdout);
}
