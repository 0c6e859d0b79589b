import { git, nulSeparated, tryGit } from "./git.ts";
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

const TAKEN_FOR_UNCHANGED = /^[a-z] /;
const SKIPPED = /^[Ss] /;

/** Has git look again at the files that it was told not to look at: what is in them is work, too. */
export async function uncoverFiles(place: Place, isNarrow: boolean): Promise<void> {
  const { stdout } = await tryGit(["ls-files", "-v", "-z"], place);
  const entries = nulSeparated(stdout);
  const unchanged = entries.filter((entry) => TAKEN_FOR_UNCHANGED.test(entry));
  await unmark(place, "--no-assume-unchanged", unchanged);
  // A narrow worktree marks so what it leaves out.
  const skipped = isNarrow ? [] : entries.filter((entry) => SKIPPED.test(entry));
  await unmark(place, "--no-skip-worktree", skipped);
}

async function unmark(place: Place, option: string, entries: readonly string[]): Promise<void> {
  if (entries.length === 0) return;
  const input = entries.map((entry) => `${entry.slice("H ".length)}\0`).join("");
  await git(["update-index", option, "-z", "--stdin"], { ...place, input });
}
