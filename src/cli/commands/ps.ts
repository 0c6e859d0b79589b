import { statSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "../../agents/process/inspect.ts";
import type { ProcessTable } from "../../agents/process/process-facts.ts";
import { machineProcessTable } from "../../agents/process/process-table.ts";
import { ATTEMPT_FILES } from "../../agents/processes.ts";
import { attemptFolder } from "../../app.ts";
import { atWork, type AtWork, type Sighting } from "../../core/reports/at-work.ts";
import type { Cli } from "../cli.ts";
import type { Reader } from "../open-reader.ts";
import { livingDispatcher } from "../../engine/living-dispatcher.ts";
import { atWorkLines } from "../report/at-work-lines.ts";

/** Shows the agents that are at work now; changes nothing. */
export async function ps(cli: Cli): Promise<void> {
  await using reader = await cli.openReader();
  const agents = reader ? await agentsAtWork(reader) : [];
  cli.terminal.json({ agents });
  for (const line of atWorkLines(agents, cli.terminal, cli.clock.nowMs())) cli.terminal.say(line);
  if (!reader || agents.length === 0 || (await livingDispatcher(reader))) return;
  cli.terminal.say(
    cli.terminal.style("dim", "\nNobody takes up what they do: orchestra run goes on with them."),
  );
}

/** The longest at work first. */
async function agentsAtWork(reader: Reader): Promise<AtWork[]> {
  const table = machineProcessTable();
  const found = await reader.snapshot(async (moment) => {
    const live = await moment.liveAttempts();
    const tasks = await moment.tasksById(live.map(({ taskId }) => taskId));
    return live.map((attempt) => ({ attempt, task: tasks.get(attempt.taskId) }));
  });
  return found
    .flatMap(({ attempt, task }) => {
      const folder = attemptFolder(reader.root, attempt.id);
      const seen = { process: processIn(table, folder), lastOutputAtMs: lastOutputIn(folder) };
      return atWork(attempt, task, seen) ?? [];
    })
    .toSorted((a, b) => a.sinceMs - b.sinceMs);
}

/** An attempt of another machine has no folder here. */
function processIn(table: ProcessTable, folder: string): Sighting["process"] {
  const { kind } = inspect(table, folder);
  if (kind === "not_started") return "unknown";
  return kind === "running" ? "running" : "ended";
}

function lastOutputIn(folder: string): number | undefined {
  const times = [ATTEMPT_FILES.stdout, ATTEMPT_FILES.stderr].flatMap((name) => {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    // It is made empty when the agent starts, which is no output.
    return stats && stats.size > 0 ? [Math.floor(stats.mtimeMs)] : [];
  });
  return times.length === 0 ? undefined : Math.max(...times);
}
