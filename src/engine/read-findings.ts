import type { Finding } from "../core/agent-findings.ts";
import {
  hasFoundHold,
  holdsOnRecord,
  isGivenWork,
  mayTellOfHold,
  sentBackIn,
  type RecordedHold,
} from "../core/holds-on-record.ts";
import type { RecordedEvent } from "../core/events.ts";
import type { Task } from "../core/task.ts";
import type { BlackboardReader } from "../store/store.ts";

/** Tasks that wait for a person, and as many that are parked, looked at for what they say of their agents. */
const ASKED_MAX = 1_000;
/** Events since an agent was held, looked at for a sign that a person has let it go. */
const EVENTS_LOOKED_AT_MAX = 10_000;
const EVENTS_PER_PAGE = 1_000;

/** What the blackboard tells of agents that can do nothing now, however long the queue is. */
export async function readFindings(
  reader: BlackboardReader,
  nowMs: number,
): Promise<readonly Finding[]> {
  const waiting = await reader.tasks({ states: ["waiting_human"], limit: ASKED_MAX });
  const parked = await reader.parkedTasks(ASKED_MAX);
  // Those that go on with another agent since the first has met its limit.
  const live = await reader.liveAttempts();
  const atWork = await reader.tasksById([...new Set(live.map(({ taskId }) => taskId))]);
  return findingsOf(reader, [...waiting, ...parked, ...atWork.values()], nowMs);
}

/** The agents that can do nothing until a person has put something right. */
export async function readAgentsToMend(reader: BlackboardReader): Promise<ReadonlySet<string>> {
  const waiting = await reader.tasks({ states: ["waiting_human"], limit: ASKED_MAX });
  const found = await findingsOf(reader, waiting, 0);
  const held = found.filter(({ isSpent, untilMs }) => !isSpent && untilMs === Infinity);
  return new Set(held.map(({ agent }) => agent));
}

async function findingsOf(
  reader: BlackboardReader,
  tasks: readonly Task[],
  nowMs: number,
): Promise<readonly Finding[]> {
  const telling = tasks.filter((task) => mayTellOfHold(task, nowMs));
  if (telling.length === 0) return [];
  const attempts = await reader.attemptsOf(...telling.map(({ id }) => id));
  const recorded = holdsOnRecord(telling, attempts, nowMs);
  const spent = new Set<string>();
  for (const latest of latestOfAgents(recorded)) {
    if (await isLifted(reader, latest)) spent.add(latest.hold.agent);
  }
  return recorded.map(({ hold }) => ({ ...hold, isSpent: spent.has(hold.agent) }));
}

/** A sign that came after the latest came after all of them. */
function latestOfAgents(recorded: readonly RecordedHold[]): Iterable<RecordedHold> {
  const inOrder = recorded.toSorted((a, b) => a.foundAtMs - b.foundAtMs);
  return new Map(inOrder.map((one) => [one.hold.agent, one])).values();
}

/** Whether a person has let the agent go by sending another back that had found the same. */
async function isLifted(reader: BlackboardReader, { hold, runId }: RecordedHold): Promise<boolean> {
  const own = await reader.eventsOfTask(hold.taskId);
  const isItsEnd = (event: RecordedEvent): boolean =>
    event.type === "attempt_ended" && event.attemptId === hold.attemptId;
  let afterSeq = own.find(isItsEnd)?.seq;
  for (let seen = 0; afterSeq !== undefined && seen < EVENTS_LOOKED_AT_MAX;) {
    const page = await reader.events(runId, afterSeq, EVENTS_PER_PAGE);
    if (await liftsHold(reader, hold.agent, page)) return true;
    seen += EVENTS_PER_PAGE;
    afterSeq = page.at(-1)?.seq;
  }
  return false;
}

async function liftsHold(
  reader: BlackboardReader,
  agent: string,
  events: readonly RecordedEvent[],
): Promise<boolean> {
  if (events.some((event) => isGivenWork(agent, event))) return true;
  const attempts = await reader.attemptsOf(...sentBackIn(events));
  const latest = new Map(attempts.map((attempt) => [attempt.taskId, attempt]));
  return [...latest.values()].some((one) => one.agent === agent && hasFoundHold(one));
}
