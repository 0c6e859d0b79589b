import { OrchestraError } from "../../core/errors.ts";
import { quoted } from "../../core/names.ts";
import { STANDING_RUN } from "../../core/run.ts";
import { countTasks } from "../../core/state.ts";
import { replayRun, type Moment } from "../../store/replay.ts";
import type { Cli } from "../cli.ts";
import { readMoment } from "../read-moment.ts";
import { changesSince, replayLines } from "../view/replay-view.ts";

/** Without a time that is asked for, the run is shown as it is now. */
const NOW: Moment = { kind: "time", atMs: Infinity };

/** Shows a run as it was, from its events alone, and what changed since; changes nothing. */
export async function replay(
  cli: Cli,
  typed: string | undefined,
  options: { readonly at?: string },
): Promise<void> {
  const moment = options.at === undefined ? NOW : parseMoment(options.at, cli.clock.nowMs());
  await using reader = await cli.openReader();
  if (!reader) throw new OrchestraError("RUN_NOT_FOUND", "There are no runs here yet.");
  const runId = typed ?? STANDING_RUN;
  const replayed = await replayRun(reader, runId, moment);
  const { at, last, before, after, since, sinceCount } = replayed;
  if (moment.kind === "seq" && moment.seq > last.seq) {
    throw new OrchestraError(
      "INVALID_ARGUMENT",
      `--at must be an event of run ${runId}, which has ${last.seq}; got ${moment.seq}.`,
    );
  }

  cli.terminal.json({
    runId,
    at: at && { seq: at.seq, atMs: at.atMs },
    last: { seq: last.seq, atMs: last.atMs },
    counts: countTasks(before),
    tasks: [...before.tasks.values()],
    attempts: [...before.attempts.values()],
    interrupts: [...before.interrupts.values()],
    changes: changesSince(before, after),
    events: since,
    eventCount: sinceCount,
  });
  for (const line of replayLines(runId, replayed, cli.terminal)) cli.terminal.say(line);
}

function parseMoment(typed: string, nowMs: number): Moment {
  const moment = readMoment(typed, nowMs);
  if (moment) return moment;
  throw new OrchestraError(
    "INVALID_ARGUMENT",
    `--at must be the number of an event, a time such as 2026-11-21T10:04 or how long ago, such as 15m; got ${quoted(typed)}.`,
  );
}
