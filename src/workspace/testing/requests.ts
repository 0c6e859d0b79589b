import type { CollectRequest, RemoveRequest, WorkspaceRequest } from "../workspace.ts";

/** The workspace of an attempt at the task `t1`. */
export function request(number: number, changes: Partial<WorkspaceRequest> = {}): WorkspaceRequest {
  return {
    taskId: "t1",
    attemptId: `t1-${number}`,
    branch: `orchestra/t1-work/${number}`,
    previousBranch: number > 1 ? `orchestra/t1-work/${number - 1}` : undefined,
    baseBranch: "main",
    ...changes,
  };
}

export const COLLECT: CollectRequest = {
  attemptId: "t1-1",
  taskCreatedAtMs: 0,
  message: "The work",
  commitLeftovers: true,
};

export const REMOVE: RemoveRequest = {
  taskId: "t1",
  branches: ["orchestra/t1-work/1", "orchestra/t1-work/2"],
  mergedInto: undefined,
  keepBranch: undefined,
};
