import { findCycle } from "../core/graph.ts";
import { isValidId, quoted } from "../core/names.ts";
import type { Task } from "../core/task.ts";
import { mistakeAt, textOf, type SourceTask } from "./source-task.ts";
import type { TaskRequest } from "./task-request.ts";

/** What taking tasks over would add, and what it would leave out. */
export type ImportPlan = {
  readonly added: readonly PlannedTask[];
  readonly skipped: readonly SkippedTask[];
};

export type PlannedTask = {
  readonly request: TaskRequest & { readonly id: string };
  readonly from: SourceTask;
};

export type SkippedTask = {
  readonly sourceId: string;
  readonly title: string;
  readonly why: "is_there" | "closed" | "deferred" | "no_work";
  /** The same for a person. */
  readonly reason: string;
};

/** Tasks on the blackboard by their ids, those of `idsAround` as far as there are any. */
export type Known = ReadonlyMap<string, Pick<Task, "title" | "state">>;

/** What has to be known of the blackboard: ids that may be taken, and those of what is waited for. */
export function idsAround(tasks: readonly SourceTask[]): string[] {
  const ids = tasks.flatMap(({ sourceId, waitsFor }) => [sourceId, ...waitsFor].map(idOfSource));
  return [...new Set(ids)];
}

/** The id that a task of a source has here; "" when nothing of it can be one. */
export function idOfSource(sourceId: string): string {
  return sourceId
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 64)
    .replace(/^-+|-+$/g, "");
}

/** Decides what is to be added. Throws `INVALID_FILE`, with its place, for what cannot be. */
export function planImport(tasks: readonly SourceTask[], known: Known): ImportPlan {
  const ids = idsOf(tasks);
  const skipped = new Map<string, SkippedTask>();
  for (const task of tasks) {
    const reason = reasonToSkip(task, known.get(ids.get(task.sourceId) ?? ""));
    if (reason) skipped.set(task.sourceId, { ...nameOf(task), ...reason });
  }
  skipWhatWaits(tasks, skipped);
  const added = tasks
    .filter(({ sourceId }) => !skipped.has(sourceId))
    .map((task) => planned(task, { ids, skipped, known }));
  refuseCycle(added);
  return { added, skipped: [...skipped.values()] };
}

/** Ours by theirs; two that would be the same are a mistake. */
function idsOf(tasks: readonly SourceTask[]): Map<string, string> {
  const ids = new Map<string, string>();
  const holders = new Map<string, SourceTask>();
  for (const task of tasks) {
    const id = idOfSource(task.sourceId);
    const holder = holders.get(id);
    if (!isValidId(id)) throw mistakeAt(task.place, `${quoted(task.sourceId)} can be no id here`);
    if (holder) {
      const other = `the same id as ${quoted(holder.sourceId)} in ${textOf(holder.place)}`;
      throw mistakeAt(
        task.place,
        `${quoted(task.sourceId)} would have ${other}; ${HOW_TO_TELL_APART}`,
      );
    }
    ids.set(task.sourceId, id);
    holders.set(id, task);
  }
  return ids;
}

const HOW_TO_TELL_APART =
  "take one out, or give one an id of its own (in Markdown, a line `Id: NAME` under it)";

type Reason = Pick<SkippedTask, "why" | "reason">;

function reasonToSkip(
  { status, noWork, title }: SourceTask,
  there: Pick<Task, "title"> | undefined,
): Reason | undefined {
  if (status === "closed") return { why: "closed", reason: "done with where it comes from" };
  if (noWork !== undefined) return { why: "no_work", reason: noWork };
  if (there) {
    const isOther = there.title !== title;
    const named = isOther ? `, as ${quoted(there.title)}` : "";
    return { why: "is_there", reason: `on the blackboard already${named}` };
  }
  return status === "deferred"
    ? { why: "deferred", reason: "put off where it comes from" }
    : undefined;
}

/** What waits for something that is put off is put off with it, however far. */
function skipWhatWaits(tasks: readonly SourceTask[], skipped: Map<string, SkippedTask>): void {
  const later = tasks.filter(({ sourceId }) => skipped.get(sourceId)?.why === "deferred");
  // It grows while it is walked.
  for (const { sourceId: deferred } of later) {
    for (const task of tasks) {
      if (skipped.has(task.sourceId) || !task.waitsFor.includes(deferred)) continue;
      const reason = `waits for ${deferred}, which is put off`;
      skipped.set(task.sourceId, { ...nameOf(task), why: "deferred", reason });
      later.push(task);
    }
  }
}

function planned(
  task: SourceTask,
  around: {
    readonly ids: ReadonlyMap<string, string>;
    readonly skipped: ReadonlyMap<string, SkippedTask>;
    readonly known: Known;
  },
): PlannedTask {
  const { sourceId, title, prompt, more, waitsFor } = task;
  const id = around.ids.get(sourceId) ?? "";
  const dependsOn = waitsFor.flatMap((other) => dependencyOf(task, other, around));
  return { from: task, request: { ...more, id, title, prompt, dependsOn } };
}

/** Its id, if there is something to wait for. */
function dependencyOf(
  { place, sourceId, mayWaitElsewhere }: SourceTask,
  other: string,
  { ids, skipped, known }: Parameters<typeof planned>[1],
): string[] {
  const id = ids.get(other) ?? idOfSource(other);
  const why = skipped.get(other)?.why;
  if (why === "closed" || why === "no_work") return [];
  const there = known.get(id)?.state;
  if (there === "cancelled" || there === "abandoned") {
    throw mistakeAt(place, `${sourceId} would wait for ${id} for ever: it is ${there} here`);
  }
  if (ids.has(other) || there !== undefined) return [id];
  if (mayWaitElsewhere === true) return [];
  throw mistakeAt(
    place,
    `${sourceId} waits for ${quoted(other)}, which is neither there nor on the blackboard`,
  );
}

function refuseCycle(added: readonly PlannedTask[]): void {
  const byId = new Map(added.map((one) => [one.request.id, one]));
  const graph = new Map(
    added.map(({ request }) => [
      request.id,
      (request.dependsOn ?? []).filter((id) => byId.has(id)),
    ]),
  );
  const cycle = findCycle(graph);
  const first = byId.get(cycle?.[0] ?? "");
  if (!cycle || !first) return;
  throw mistakeAt(first.from.place, `these wait for each other: ${cycle.join(" → ")}`);
}

function nameOf({ sourceId, title }: SourceTask): Pick<SkippedTask, "sourceId" | "title"> {
  return { sourceId, title };
}
