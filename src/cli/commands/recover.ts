import { OrchestraError } from "../../core/errors.ts";
import { quoted } from "../../core/names.ts";
import { rescued, restore } from "../../workspace/rescue.ts";
import type { Rescued } from "../../workspace/workspace.ts";
import type { Cli } from "../cli.ts";
import { printable } from "../terminal.ts";
import { renderTable } from "../view/table.ts";

const PREFIX = "refs/orchestra/rescue/";

/** Lists work that was kept under rescue refs, or makes a branch of one. */
export async function recover(
  cli: Cli,
  typed: string | undefined,
  options: { readonly branch?: string },
): Promise<void> {
  if (typed === undefined && options.branch !== undefined) {
    const message = "--branch goes with the ref to make it of: orchestra recover REF --branch NAME";
    throw new OrchestraError("INVALID_ARGUMENT", message);
  }
  const repositoryRoot = (await cli.findRepository()).root;
  const kept = await rescued({ repositoryRoot });
  if (typed === undefined) return list(cli, kept);

  const exact = kept.filter(({ ref }) => ref === typed || nameOf(ref) === typed);
  const begun = kept.filter(({ ref }) => typed !== "" && nameOf(ref).startsWith(typed));
  // Attempt 1 has a name that attempt 10 begins with.
  const found = exact.length > 0 ? exact : begun;
  const [only] = found;
  if (!only || found.length > 1) {
    throw new OrchestraError(
      found.length > 1 ? "AMBIGUOUS_ID" : "NOTHING_TO_RECOVER",
      found.length > 1
        ? `${typed} could be ${found.map(({ ref }) => nameOf(ref)).join(", ")}. Type more of it.`
        : `Nothing was kept as ${quoted(typed)}. \`orchestra recover\` lists what was.`,
    );
  }
  const branch = options.branch ?? `recovered/${nameOf(only.ref)}`;
  await restore({ repositoryRoot }, only.ref, branch);
  cli.terminal.json({ ref: only.ref, commit: only.commit, branch });
  cli.terminal.say(`${nameOf(only.ref)} is on the branch ${branch} now: git switch ${branch}`);
}

function list(cli: Cli, kept: readonly Rescued[]): void {
  cli.terminal.json({ rescued: kept });
  if (kept.length === 0) {
    cli.terminal.say("Nothing had to be kept: all work is on its branches.");
    return;
  }
  const columns = [{ title: "REF" }, { title: "WHEN" }, { title: "WORK", grows: true }];
  const rows = kept.map(({ ref, subject, committedAtMs }) => [
    nameOf(ref),
    new Date(committedAtMs).toISOString().slice(0, 16).replace("T", " "),
    printable(subject),
  ]);
  for (const line of renderTable(columns, rows, cli.terminal.width)) cli.terminal.say(line);
}

function nameOf(ref: string): string {
  return ref.slice(PREFIX.length);
}
