import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { projectPaths } from "../../config/paths.ts";
import { isStoreUrl, storeLocation, withoutPassword } from "../../config/store-location.ts";
import { HISTORY_FILE } from "../../store/archive/layout.ts";
import { withHistory, type Source } from "../../store/transfer/source.ts";
import type { History } from "../../store/history.ts";
import type { Cli } from "../cli.ts";
import { plural } from "../view/amounts.ts";

/** Takes over what was exported, backed up or archived, or another store, into an empty blackboard. */
export async function importBlackboard(cli: Cli, typed: string): Promise<void> {
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
