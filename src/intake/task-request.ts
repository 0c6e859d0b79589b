/** A task as somebody asks for it. What is left out is as `orchestra.yaml` says. */
export type TaskRequest = {
  /** What is to be done. */
  readonly prompt: string;
  /** @default a random one */
  readonly id?: string | undefined;
  /** @default the prompt's first line */
  readonly title?: string | undefined;
  /** Who works it; of several, the next goes on while one has met its usage limit. */
  readonly agent?: string | readonly string[] | undefined;
  /** From -100 to 100; higher is more urgent. */
  readonly priority?: number | undefined;
  /** Ids of the tasks that must be complete before. */
  readonly dependsOn?: readonly string[] | undefined;
  readonly acceptanceCriteria?: readonly string[] | undefined;
  /** Commands that must pass besides those of the project: a line for the shell, or its arguments. */
  readonly checks?: readonly (string | readonly string[])[] | undefined;
  /** How long an attempt may take. */
  readonly timeoutMs?: number | undefined;
  /** Retries before a person is asked. */
  readonly maxRetries?: number | undefined;
  /** @default the branch that is checked out */
  readonly targetBranch?: string | undefined;
  /** Whether its work is merged into the target branch. */
  readonly merges?: boolean | undefined;
};
