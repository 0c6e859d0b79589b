import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { StreamParser } from "../../agents/adapter.ts";
import { cutOutput } from "../../agents/process/cut-output.ts";
import {
  followLines,
  readTail,
  sizeOf,
  type LineFollower,
} from "../../agents/process/follow-lines.ts";
import { ATTEMPT_FILES } from "../../agents/processes.ts";
import { errnoOf } from "../../core/errno.ts";
import { OUTPUT_BYTES_MAX } from "../../core/limits.ts";
import { STATE_FOLDER } from "../../config/paths.ts";
import { openFolders } from "../../workspace/open-folders.ts";
import { explainingStorage } from "../../workspace/git-error.ts";
import type { AttemptFolders, Kept, Transcript } from "./attempt-folders.ts";
import { readLife, writeLife } from "./life-record.ts";
import { makeSentinelFolder, readSentinel } from "./sentinel-files.ts";

const STDERR_TAIL_BYTES = 8_192;
/** A CLI may name each file that it changed; of a longer account the beginning is missing. */
const USAGE_BYTES_MAX = 4 * 1024 * 1024;

/** Attempts' folders under `root`, one each. */
export function createFileAttemptFolders(root: string): AttemptFolders {
  const path = (attemptId: string): string => join(root, attemptId);
  return {
    path,
    take: async (attemptId, taskCreatedAtMs) => {
      const folder = path(attemptId);
      return explainingStorage(`Making ${folder}`, take(folder, String(taskCreatedAtMs)));
    },
    putAside: async (attemptId, taskCreatedAtMs) => {
      const folder = path(attemptId);
      const aside = (mark: string): string => `${folder}.of-${mark}`;
      renameSync(folder, aside(readFileSync(join(folder, ATTEMPT_FILES.task), "utf8")));
      const own = aside(String(taskCreatedAtMs));
      if (existsSync(own)) renameSync(own, folder);
    },
    keepPrompt: async (attemptId, prompt) => {
      const folder = path(attemptId);
      const keeping = keepFirst(folder, ATTEMPT_FILES.prompt, prompt);
      return explainingStorage(`Keeping a prompt in ${folder}`, keeping);
    },
    openInbox: async (attemptId, line) => {
      const folder = path(attemptId);
      const keeping = keepFirst(folder, ATTEMPT_FILES.inbox, line);
      return explainingStorage(`Keeping an inbox in ${folder}`, keeping);
    },
    readInbox: async (attemptId) => readInbox(join(path(attemptId), ATTEMPT_FILES.inbox)),
    appendInbox: async (attemptId, bytes) => {
      const file = join(path(attemptId), ATTEMPT_FILES.inbox);
      return explainingStorage(`Writing to ${file}`, appendInbox(file, bytes));
    },
    life: async (attemptId, awakeMs) => readLife(path(attemptId), awakeMs),
    keepLife: async (attemptId, life) => {
      const folder = path(attemptId);
      return explainingStorage(`Keeping a life record in ${folder}`, writeLife(folder, life));
    },
    openTranscript: (attemptId, parser) => openTranscript(path(attemptId), parser),
    stderrTail: async (attemptId) =>
      readTail(join(path(attemptId), ATTEMPT_FILES.stderr), STDERR_TAIL_BYTES),
    usageText: async (attemptId) =>
      readTail(join(path(attemptId), ATTEMPT_FILES.usage), USAGE_BYTES_MAX),
    makeSentinelFolder: async (workspacePath, taskId) => {
      const making = makeOpenSentinelFolder(workspacePath, taskId);
      return explainingStorage(`Making room for sentinel files in ${workspacePath}`, making);
    },
    sentinel: readSentinel,
    cutOutput: async (attemptId) => {
      const folder = path(attemptId);
      return explainingStorage(`Cutting the output in ${folder}`, cutAll(folder));
    },
  };
}

/** A mark that a power cut has emptied is anybody's. */
async function take(folder: string, mark: string): Promise<boolean> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, ATTEMPT_FILES.task);
  try {
    writeFileSync(file, mark, { flag: "wx" });
    return true;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    return ["", mark].includes(readFileSync(file, "utf8"));
  }
}

/** An earlier agent may have closed it. */
async function makeOpenSentinelFolder(workspacePath: string, taskId: string): Promise<void> {
  try {
    makeSentinelFolder(workspacePath, taskId);
  } catch (error) {
    if (errnoOf(error) !== "EACCES") throw error;
    await openFolders(join(workspacePath, STATE_FOLDER));
    makeSentinelFolder(workspacePath, taskId);
  }
}

/** By a link, which is made whole or not at all, and never in the place of another. */
async function keepFirst(folder: string, name: string, text: string): Promise<Kept> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  const fresh = `${file}.new`;
  writeFileSync(fresh, text);
  try {
    linkSync(fresh, file);
    return { file, isNew: true };
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return { file, isNew: false };
    throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
}

async function readInbox(file: string): Promise<string> {
  return existsSync(file) ? readFileSync(file, "latin1") : "";
}

async function appendInbox(file: string, bytes: string): Promise<void> {
  appendFileSync(file, bytes, "latin1");
}

async function cutAll(folder: string): Promise<void> {
  for (const name of [ATTEMPT_FILES.stdout, ATTEMPT_FILES.stderr]) {
    await cutOutput(join(folder, name));
  }
}

function openTranscript(folder: string, parser: StreamParser): Transcript {
  const files = [join(folder, ATTEMPT_FILES.stdout), join(folder, ATTEMPT_FILES.stderr)] as const;
  const follower = followLines(files[0], OUTPUT_BYTES_MAX);
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
