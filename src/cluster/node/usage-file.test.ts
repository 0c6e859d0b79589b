import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EarlierUse, StreamReport } from "../../agents/adapter.ts";
import { nothingTold } from "../../agents/json-lines.ts";
import { ATTEMPT_FILES } from "../../agents/processes.ts";
import { NO_USAGE, type Usage } from "../../core/usage.ts";
import { createFileAttemptFolders } from "./file-attempt-folders.ts";
import { withUsageFile } from "./usage-file.ts";

const used = (inputTokens: number): Usage => ({ ...NO_USAGE, inputTokens });
const TOLD: StreamReport = { ...nothingTold(), usage: used(1), resultText: "Done." };
const ID = "k3f9-1";

/** A CLI that leaves the number of its session's tokens. */
const adapter = {
  readUsageFile: (text: string, earlier?: EarlierUse): Usage | undefined =>
    /^\d+$/.test(text) ? used(Number(text) - (earlier?.usage.inputTokens ?? 0)) : undefined,
};

/** What is known of an attempt that has ended and left this; `undefined` for no file. */
async function reportAfter(left: string | undefined, before?: EarlierUse): Promise<StreamReport> {
  const root = mkdtempSync(join(tmpdir(), "orchestra-usage-"));
  try {
    const folders = createFileAttemptFolders(root);
    mkdirSync(folders.path(ID));
    if (left !== undefined) writeFileSync(join(folders.path(ID), ATTEMPT_FILES.usage), left);
    const earlier = async (): Promise<EarlierUse | undefined> => before;
    return await withUsageFile(folders, { attemptId: ID, adapter, report: TOLD, earlier });
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("what a CLI leaves in its file are the tokens of its attempt, and nothing else of it changes", async () => {
  expect(await reportAfter("100")).toEqual({ ...TOLD, usage: used(100) });
});

test("an attempt that resumes a session is not charged for the one before it", async () => {
  const report = await reportAfter("100", { sessionId: "s", usage: used(40), costUsd: 0 });
  expect(report.usage).toEqual(used(60));
});

test.each<readonly [string, string | undefined]>([
  ["none", undefined],
  ["an empty one", ""],
  ["half of one", '{"tokens": 10'],
])("with %s for a file, the tokens stay those of the stream", async (_name, left) => {
  expect(await reportAfter(left)).toEqual(TOLD);
});

test("an adapter whose stream tells is asked for no file", async () => {
  const asked = { attemptId: ID, adapter: {}, report: TOLD, earlier: never };
  expect(await withUsageFile({ usageText: never }, asked)).toBe(TOLD);
});

async function never(): Promise<never> {
  throw new Error("It was asked.");
}
