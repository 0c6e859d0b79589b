import { OrchestraError } from "../core/errors.ts";
import type { TaskRequest } from "./task-request.ts";

/** Whether a task is still to be done, as the place that it comes from has it. */
export type SourceStatus = "open" | "closed" | "deferred";

/** A task as the place that it comes from has it, in our words. */
export type SourceTask = {
  /** As it is there; ours is made of it. */
  readonly sourceId: string;
  readonly place: Place;
  readonly title: string;
  readonly prompt: string;
  readonly status: SourceStatus;
  /** Why it is no work for an agent, whatever its status. */
  readonly noWork?: string | undefined;
  /** Ids, as they are there. */
  readonly waitsFor: readonly string[];
  /** Whether what it waits for may be somewhere else, and is then not waited for. */
  readonly mayWaitElsewhere?: boolean;
  /** Uncut; for templates alone, as is what follows. */
  readonly wholeTitle?: string | undefined;
  /** What is said of it beyond its title. */
  readonly description?: string | undefined;
  readonly url?: string;
  readonly labels?: readonly string[];
  readonly more: Omit<TaskRequest, "id" | "title" | "prompt" | "dependsOn">;
};

/** All that was found, and what is there of it that has no meaning here. */
export type Found = {
  readonly tasks: readonly SourceTask[];
  readonly unknownKeys: readonly string[];
};

/** Where something is in a source. To find its line may take a while, so it is asked for when something is wrong. */
export type Place = { readonly source: string; readonly line?: () => number | undefined };

/** What is wrong in a source, and where; nothing has come of it. */
export function mistakeAt(place: Place, problem: string, cause?: unknown): OrchestraError {
  const options = cause === undefined ? {} : { cause };
  const message = `${textOf(place)}: ${problem}. Nothing was changed.`;
  return new OrchestraError("INVALID_FILE", message, options);
}

/** `FILE:LINE`, as editors and terminals jump to it. */
export function textOf({ source, line }: Place): string {
  const at = line?.();
  return at === undefined ? source : `${source}:${at}`;
}
