import * as z from "zod/mini";
import type { Attempt } from "../../core/attempt.ts";
import type { NodeDeps } from "./deps.ts";

/** What is made ready for an agent before it starts. */
export type Preparation = {
  readonly workspacePath: string;
  readonly baseCommit: string;
  readonly sessionId: string | undefined;
  readonly resumesSession: boolean;
  /** The messages that are in its prompt. */
  readonly messageIds: readonly string[];
};

const preparationShape = z.object({
  workspacePath: z.string(),
  baseCommit: z.string(),
  sessionId: z.optional(z.string()),
  resumesSession: z.boolean(),
  messageIds: z._default(z.array(z.string()), []),
});

/** What an attempt was prepared with: on record, or as it was noted at its start. */
export async function preparationOf(
  { folders, processes }: Pick<NodeDeps, "folders" | "processes">,
  { id, workspacePath, baseCommit, sessionId, resumesSession }: Attempt,
): Promise<Preparation | undefined> {
  if (workspacePath !== undefined && baseCommit !== undefined) {
    // The messages that were in its prompt were put on record together with these.
    return { workspacePath, baseCommit, sessionId, resumesSession, messageIds: [] };
  }
  const note = await processes.noteOf(folders.path(id));
  return note === undefined ? undefined : readPreparation(note);
}

/** On one line. */
export function noteOfPreparation(preparation: Preparation): string {
  return JSON.stringify(preparation);
}

/** From its note. */
export function readPreparation(note: string): Preparation {
  const { sessionId, ...others } = preparationShape.parse(JSON.parse(note));
  return { sessionId, ...others };
}

/** The part of a preparation that an attempt keeps. */
export function placeOf({
  workspacePath,
  baseCommit,
  sessionId,
  resumesSession,
}: Preparation): Omit<Preparation, "messageIds"> {
  return { workspacePath, baseCommit, sessionId, resumesSession };
}
