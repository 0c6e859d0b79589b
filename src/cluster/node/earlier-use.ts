import type { EarlierUse } from "../../agents/adapter.ts";
import type { Attempt } from "../../core/attempt.ts";
import { addUsage, NO_USAGE } from "../../core/usage.ts";
import type { Store } from "../../store/store.ts";

/**
 * What earlier attempts are known to have used in the session that this one resumes. What one of them
 * used and could not tell, because it was killed, counts for the first that tells the session's total.
 */
export async function earlierUse(
  store: Pick<Store, "attemptsOf">,
  { taskId, number, sessionId, resumesSession }: Attempt,
): Promise<EarlierUse | undefined> {
  if (!resumesSession || sessionId === undefined) return undefined;
  const all = await store.attemptsOf(taskId);
  const before = all.filter((other) => other.number < number && other.sessionId === sessionId);
  return {
    sessionId,
    usage: before.map(({ usage }) => usage).reduce(addUsage, NO_USAGE),
    costUsd: before.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0),
  };
}
