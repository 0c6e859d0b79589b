import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { projectPaths } from "../../config/paths.ts";
import { isStoreUrl, storeLocation, withoutPassword } from "../../config/store-location.ts";
import { HISTORY_FILE } from "../../store/archive/layout.ts";
import { withHistory, type Source } from "../../store/transfer/source.ts";
import type { History } from "../../store/history.ts";
import { kindOfSource, SOURCE_KINDS, type SourceKind } from "../../intake/detect-source.ts";
import { OrchestraError } from "../../core/errors.ts";
import { quoted } from "../../core/names.ts";
import type { Cli } from "../cli.ts";
import type { ImportOptions } from "./import-tasks.ts";
import { plural } from "../view/amounts.ts";

/** Takes over tasks, settings or a whole blackboard, as what was named has them; all of it or nothing. */
export async function importSource(
  cli: Cli,
  typed: string,
  options: ImportOptions & { readonly from?: string },
): Promise<void> {
  const kind = kindOf(cli, typed, options.from);
  refuseOthersOptions(kind, typed, options);
  switch (kind) {
    case "blackboard":
      return importBlackboard(cli, typed);
    case "symphony":
      return (await import("./import-workflow.ts")).importWorkflow(cli, typed, options);
    default:
      return (await import("./import-tasks.ts")).importTasks(cli, { kind, typed }, options);
  }
}

function kindOf(cli: Cli, typed: string, from: string | undefined): SourceKind {
  if (from === undefined) return kindOfSource(typed, resolve(cli.cwd, typed));
  const kind = SOURCE_KINDS.find((one) => one === from);
  if (kind) return kind;
  throw misuse(`--from must be one of ${SOURCE_KINDS.join(", ")}.`);
}

/** What would be passed over was meant. */
function refuseOthersOptions(kind: SourceKind, typed: string, options: ImportOptions): void {
  const { agent, dryRun, template, repo, label, limit } = options;
  const ofGitHub = repo ?? label ?? limit;
  if (kind !== "github" && ofGitHub !== undefined) {
    throw misuse("--repo, --label and --limit go with the issues of GitHub alone.");
  }
  const isTasks = kind !== "blackboard" && kind !== "symphony";
  if (!isTasks && (agent ?? template) !== undefined) {
    throw misuse("--agent and --template go with tasks alone.");
  }
  if (kind === "blackboard" && dryRun) {
    throw misuse(
      `${quoted(typed)} is taken for a blackboard, which is taken over whole: --dry-run goes with tasks and settings alone. If it holds tasks, say --from tasks.`,
    );
  }
}

function misuse(message: string): OrchestraError {
  return new OrchestraError("INVALID_ARGUMENT", message);
}

/** Takes over what was exported, backed up or archived, or another store, into an empty blackboard. */
async function importBlackboard(cli: Cli, typed: string): Promise<void> {
  const source = await sourceOf(cli, typed);
  const counts = await withHistory(source, async (history) => {
    await using project = await cli.openProject();
    const counted = countedHistory(history);
    await project.store.adopt(counted.history);
    const live = await project.store.liveAttempts();
    return { ...counted.counts(), attemptsAtWork: live.length };
  });
  cli.terminal.json({ source: isStoreUrl(typed) ? withoutPassword(typed) : typed, ...counts });
  const { runs, tasks, events, attemptsAtWork } = counts;
  cli.terminal.say(
    `Imported ${plural(runs, "run")} with ${plural(tasks, "task")} (${plural(events, "event")}).`,
  );
  if (attemptsAtWork === 0) return;
  cli.terminal.note(
    `${plural(attemptsAtWork, "attempt")} had not ended there. The next \`orchestra run\` takes them up where their agents are here, and makes others anew. Nobody should work the blackboard that they came from.`,
  );
}

async function sourceOf(cli: Cli, typed: string): Promise<Source> {
  if (!isStoreUrl(typed)) return { kind: "file", file: historyAt(resolve(cli.cwd, typed)) };
  const { root } = await cli.findRepository();
  return { kind: "store", location: storeLocation(typed, { root, ...projectPaths(root) }) };
}

/** An archive is a folder with its history in it. */
function historyAt(path: string): string {
  const inside = join(path, HISTORY_FILE);
  return existsSync(inside) ? inside : path;
}

type Counts = { runs: number; tasks: number; events: number };

function countedHistory(history: History): {
  readonly history: History;
  readonly counts: () => Counts;
} {
  let counts: Counts = { runs: 0, tasks: 0, events: 0 };
  return {
    history: async function* counting() {
      // It may be read again, from its beginning.
      counts = { runs: 0, tasks: 0, events: 0 };
      for await (const events of history()) {
        counts.events += events.length;
        counts.runs += events.filter(({ type }) => type === "run_created").length;
        counts.tasks += events.filter(({ type }) => type === "task_added").length;
        yield events;
      }
    },
    counts: () => counts,
  };
}
