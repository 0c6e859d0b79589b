import { lookUpConfig } from "../../config/cached-config.ts";
import { projectPaths } from "../../config/paths.ts";
import {
  restOf,
  restOfQueue,
  waitsFor,
  type QueueRest,
  type Rest,
  type Restable,
} from "../../core/reports/rest.ts";
import type { Task, TaskState } from "../../core/task.ts";
import { readAgentsToMend } from "../../engine/read-findings.ts";
import type { BlackboardReader } from "../../store/store.ts";
import type { Reader } from "../open-reader.ts";

/** What was seen when it was looked whether all has come to rest. */
export type Sight = {
  /** How all of it rests; `undefined` while anything goes on. */
  readonly rest: QueueRest | "ended" | undefined;
  readonly counts: Readonly<Record<TaskState, number>>;
  /** The tasks that are waited for by name. */
  readonly tasks: readonly SeenTask[];
};

export type SeenTask = Pick<Task, "id" | "title" | "state" | "waitReason"> & {
  readonly rest: Rest | undefined;
};

export type Look = () => Promise<Sight>;

/** So many tell whether any can be worked; only when none can, all are looked at. */
const READY_SEEN_FIRST = 100;

/** Looks at the whole queue. */
export function looksAtQueue(reader: Reader): Look {
  return async () => {
    const isKnownAgent = await knownAgents(reader);
    return reader.snapshot(async (moment) => {
      const counts = await moment.countTasks();
      const liveAttempts = (await moment.liveAttempts()).length;
      const inProof = await moment.tasks({
        states: ["awaiting_qa"],
        limit: counts.awaiting_qa + 1,
      });
      const toMend = await readAgentsToMend(moment);
      const isHeldAgent = (name: string): boolean => toMend.has(name);
      const ready = await someReady(
        moment,
        counts.ready,
        (name) => isKnownAgent(name) && !isHeldAgent(name),
      );
      const tasks = [...inProof, ...ready];
      return {
        rest: restOfQueue({ counts, liveAttempts, tasks, isKnownAgent, isHeldAgent }),
        counts,
        tasks: [],
      };
    });
  };
}

async function someReady(
  moment: BlackboardReader,
  count: number,
  canWork: (name: string) => boolean,
): Promise<readonly Task[]> {
  const first = await moment.tasks({ states: ["ready"], limit: READY_SEEN_FIRST });
  if (count <= first.length || first.some(({ agent }) => canWork(agent))) return first;
  return moment.tasks({ states: ["ready"], limit: count });
}

/** Looks at these tasks and at what they wait for. */
export function looksAtTasks(reader: Reader, ids: readonly string[]): Look {
  return async () => {
    const isKnownAgent = await knownAgents(reader);
    return reader.snapshot(async (moment) => {
      const known = await withWaitedFor(moment, ids);
      const toMend = await readAgentsToMend(moment);
      const isHeldAgent = (name: string): boolean => toMend.has(name);
      const tasks = ids.flatMap((id) => {
        const task = known.get(id);
        // One that was archived while it was waited for had ended before.
        return task ? [seen(task, restOf(task, { tasks: known, isKnownAgent, isHeldAgent }))] : [];
      });
      return { rest: worst(tasks), counts: await moment.countTasks(), tasks };
    });
  };
}

/** The tasks, and all that those which have not begun wait for. */
async function withWaitedFor(
  moment: BlackboardReader,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Task>> {
  const known = new Map<string, Task>();
  let wanted = ids;
  while (wanted.length > 0) {
    const found = await moment.tasksById(wanted);
    for (const [id, task] of found) known.set(id, task);
    const next = [...found.values()].flatMap((task: Restable) => waitsFor(task));
    wanted = [...new Set(next)].filter((id) => !known.has(id));
  }
  return known;
}

function seen({ id, title, state, waitReason }: Task, rest: Rest | undefined): SeenTask {
  return { id, title, state, waitReason, rest };
}

/** What of all of them an exit code tells; `undefined` while one of them goes on. */
function worst(tasks: readonly SeenTask[]): Sight["rest"] {
  const rests = new Set(tasks.map(({ rest }) => rest));
  if (rests.has(undefined)) return undefined;
  return (["needs_human", "no_agent", "ended"] as const).find((rest) => rests.has(rest)) ?? "done";
}

/** Read anew each time: who waits for long may have configured one meanwhile. */
async function knownAgents({ root }: Reader): Promise<(name: string) => boolean> {
  const { agents } = await lookUpConfig(root, projectPaths(root).stateFolder);
  return (name) => Object.hasOwn(agents, name);
}
