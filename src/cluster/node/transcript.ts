import { join } from "node:path";
import type { AgentAdapter, StreamReport } from "../../agents/adapter.ts";
import { ATTEMPT_FILES } from "../../agents/processes.ts";
import { followLines, type LineFollower } from "../../agents/process/follow-lines.ts";

/** An agent's output as it grows, understood. */
export type Transcript = {
  /** Reads what is new; `isFinal` also takes a last line that has no line feed. */
  readonly read: (isFinal: boolean) => Promise<void>;
  readonly report: () => StreamReport;
  readonly sizeBytes: () => number;
};

/** The transcript in an attempt's folder, from its beginning: a restarted node reads it all again. */
export function openTranscript(folder: string, adapter: AgentAdapter): Transcript {
  const follower = followLines(join(folder, ATTEMPT_FILES.stdout));
  const parser = adapter.createParser();
  return {
    read: async (isFinal) => readNew(follower, (line) => void parser.push(line), isFinal),
    report: () => parser.report(),
    sizeBytes: () => follower.offsetBytes(),
  };
}

async function readNew(
  follower: LineFollower,
  push: (line: string) => void,
  isFinal: boolean,
): Promise<void> {
  for (;;) {
    const lines = await follower.next();
    for (const line of lines) push(line);
    if (lines.length === 0) break;
  }
  if (isFinal) for (const line of await follower.end()) push(line);
}
