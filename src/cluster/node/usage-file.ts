import type { AgentAdapter, EarlierUse, StreamReport } from "../../agents/adapter.ts";
import type { AttemptFolders } from "./attempt-folders.ts";

/** A process that has ended, and what its stream told. */
export type Told = {
  readonly attemptId: string;
  readonly adapter: Pick<AgentAdapter, "readUsageFile">;
  readonly report: StreamReport;
  /** Asked only where it is needed. */
  readonly earlier: () => Promise<EarlierUse | undefined>;
};

/**
 * The report with the tokens that a CLI left in its file. Without such a file, as after it was
 * killed, they stay what the stream told. Safe to repeat.
 */
export async function withUsageFile(
  folders: Pick<AttemptFolders, "usageText">,
  { attemptId, adapter, report, earlier }: Told,
): Promise<StreamReport> {
  if (!adapter.readUsageFile) return report;
  const text = await folders.usageText(attemptId);
  const usage = adapter.readUsageFile(text, await earlier());
  return usage === undefined ? report : { ...report, usage };
}
