import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentAdapter } from "../../agents/adapter.ts";
import {
  followLines,
  readTail,
  sizeOf,
  type LineFollower,
} from "../../agents/process/follow-lines.ts";
import { ATTEMPT_FILES } from "../../agents/processes.ts";
import { OUTPUT_BYTES_MAX } from "../../core/limits.ts";
import type { AttemptFolders, Transcript } from "./attempt-folders.ts";
import { readLife, writeLife } from "./life-record.ts";

const STDERR_TAIL_BYTES = 8_192;

/** Attempts' folders under `root`, one each. */
export function createFileAttemptFolders(root: string): AttemptFolders {
  const path = (attemptId: string): string => join(root, attemptId);
  return {
    path,
    keepPrompt: async (attemptId, prompt) => {
      mkdirSync(path(attemptId), { recursive: true });
      const file = join(path(attemptId), ATTEMPT_FILES.prompt);
      writeFileSync(file, prompt);
      return file;
    },
    life: async (attemptId, awakeMs) => readLife(path(attemptId), awakeMs),
    keepLife: async (attemptId, life) => writeLife(path(attemptId), life),
    openTranscript: (attemptId, adapter) => openTranscript(path(attemptId), adapter),
    stderrTail: async (attemptId) =>
      readTail(join(path(attemptId), ATTEMPT_FILES.stderr), STDERR_TAIL_BYTES),
  };
}

function openTranscript(folder: string, adapter: AgentAdapter): Transcript {
  const files = [join(folder, ATTEMPT_FILES.stdout), join(folder, ATTEMPT_FILES.stderr)] as const;
  const follower = followLines(files[0], OUTPUT_BYTES_MAX);
  const parser = adapter.createParser();
  let sizeBytes = 0;
  return {
    read: async (isFinal) => {
      await readNew(follower, (line) => void parser.push(line), isFinal);
      sizeBytes = files.map(sizeOf).reduce((sum, size) => sum + size, 0);
    },
    report: () => parser.report(),
    sizeBytes: () => sizeBytes,
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
