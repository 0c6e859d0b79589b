import { findCycle } from "../graph.ts";
import { hasEnded } from "../task.ts";
import { dependentsById, reached, type LinkedTask, type TaskGraph } from "./dependencies.ts";

/** Why a task cannot complete as things are. */
export type DependencyFlaw = {
  readonly kind: FlawKind;
  /** The task that is kept waiting, then what keeps it; of a cycle its way round, from end to end. */
  readonly taskIds: readonly string[];
  /** How many tasks more wait for these, however far; counted up to a thousand. */
  readonly blocked: number;
  readonly problem: string;
  /** What to type. */
  readonly cure: string;
};

/** `waits_for_human` may still come right; the others never do by themselves. */
export type FlawKind = "cycle" | "missing" | "dead" | "waits_for_human";

/** Of more cycles than this, those that were found first are told. */
const CYCLES_MAX = 20;
/** Many flaws may each keep the same long tail waiting, which would be walked for each. */
export const BLOCKED_MAX = 1_000;

/** Everything about the dependencies that keeps tasks from ever completing, the worst first. */
export function findDependencyFlaws(graph: TaskGraph): DependencyFlaw[] {
  const dependents = dependentsById(graph);
  const blockedBy = (ids: readonly string[]): number => {
    const all = reached(ids, (one) => dependents.get(one) ?? [], BLOCKED_MAX + ids.length);
    const waiting = [...all].filter((id) => !ids.includes(id) && isWaiting(graph.get(id)));
    return Math.min(BLOCKED_MAX, waiting.length);
  };
  const stranded = [...graph.values()].filter(isWaiting).flatMap((task) => strandings(graph, task));
  const held = new Set(stranded.map(({ taskIds: [id] }) => id));
  const asked = [...graph.values()].filter(
    ({ id, state }) => state === "waiting_human" && !held.has(id) && dependents.has(id),
  );
  return [
    ...cyclesIn(graph).map(cycleFlaw),
    ...stranded,
    ...asked.map(({ id }) => humanFlaw(id)),
  ].map((flaw) => ({ ...flaw, blocked: blockedBy(waitingIn(flaw)) }));
}

/** Whether nothing but a change of the graph helps. */
export function isFatal({ kind }: DependencyFlaw): boolean {
  return kind !== "waits_for_human";
}

type Found = Omit<DependencyFlaw, "blocked">;

/** Those of a flaw's tasks whose dependents wait because of it. */
function waitingIn({ kind, taskIds }: Found): readonly string[] {
  return kind === "cycle" ? taskIds : taskIds.slice(0, 1);
}

/** Only these still wait for what they depend on. */
function isWaiting(task: LinkedTask | undefined): boolean {
  return task?.state === "planned" || task?.state === "waiting_human";
}

function cyclesIn(graph: TaskGraph): (readonly string[])[] {
  const edges = new Map(
    [...graph.values()]
      .filter(({ state }) => !hasEnded(state))
      .map(({ id, dependsOn }) => [id, dependsOn]),
  );
  const cycles: (readonly string[])[] = [];
  for (let cycle = findCycle(edges); cycle !== undefined; cycle = findCycle(edges)) {
    cycles.push(cycle);
    if (cycles.length === CYCLES_MAX) break;
    // Without one of its edges it is none, and the next one is found.
    const [from = "", to] = cycle;
    edges.set(from, edges.get(from)?.filter((id) => id !== to) ?? []);
  }
  return cycles;
}

function cycleFlaw(cycle: readonly string[]): Found {
  const [first = ""] = cycle;
  return {
    kind: "cycle",
    taskIds: cycle,
    problem: `They wait for each other: ${cycle.join(" → ")}.`,
    cure: `orchestra cancel ${first}, then orchestra resolve the tasks that waited for it with --retry`,
  };
}

/** What a task waits for that will not complete. */
function strandings(graph: TaskGraph, task: LinkedTask): Found[] {
  return task.dependsOn.flatMap((id) => {
    const dependency = graph.get(id);
    if (!dependency) return [missingFlaw(task, id)];
    const isDead = dependency.state === "cancelled" || dependency.state === "abandoned";
    return isDead ? [deadFlaw(task, dependency)] : [];
  });
}

function missingFlaw({ id }: LinkedTask, dependency: string): Found {
  return {
    kind: "missing",
    taskIds: [id, dependency],
    problem: `${id} waits for ${dependency}, which is not on the blackboard.`,
    cure: `orchestra doctor, which tells whether the blackboard is as its events say; or orchestra cancel ${id}`,
  };
}

function deadFlaw(task: LinkedTask, dependency: LinkedTask): Found {
  const { id, state } = task;
  const goOn =
    state === "waiting_human"
      ? `orchestra resolve ${id} --retry, to go on without it; or before that orchestra retry ${dependency.id}`
      : `orchestra retry ${dependency.id}; or orchestra cancel ${id}`;
  return {
    kind: "dead",
    taskIds: [id, dependency.id],
    problem: `${id} waits for ${dependency.id}, which is ${dependency.state} and will not complete.`,
    cure: goOn,
  };
}

function humanFlaw(id: string): Found {
  return {
    kind: "waits_for_human",
    taskIds: [id],
    problem: `${id} waits for you, and other tasks wait for it.`,
    cure: `orchestra resolve ${id} --retry -m 'what to do differently' | --abandon`,
  };
}
