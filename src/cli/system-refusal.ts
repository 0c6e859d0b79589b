import { errnoOf } from "../core/errno.ts";
import { OrchestraError } from "../core/errors.ts";

const FORBIDDEN: readonly string[] = ["EACCES", "EPERM"];

/** What the system refuses to its user is no bug, wherever it was met; any other error stays as it is. */
export async function explainedRefusal(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || error instanceof OrchestraError) return error;
  const { path } = error as NodeJS.ErrnoException;
  if (path === undefined) return error;
  if (FORBIDDEN.includes(errnoOf(error))) {
    const message = `The system does not let you use ${path}. Get the right to it, or name another place.`;
    return new OrchestraError("READ_ONLY", message, { cause: error });
  }
  const { explainingStorage } = await import("../workspace/git-error.ts");
  return explainingStorage(`Using ${path}`, Promise.reject(error)).catch((told: unknown) => told);
}
