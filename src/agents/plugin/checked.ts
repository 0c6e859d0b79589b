import * as z from "zod";
import { OrchestraError } from "../../core/errors.ts";
import type { Failure } from "../../core/failure.ts";
import type { AgentConfig } from "../adapter.ts";
import { boundedText } from "../bounds.ts";

/** What a function of a plug-in returned, held to its shape. Throws `AGENT_UNUSABLE` where it is not. */
export function checked<Shape extends z.ZodType>(
  config: AgentConfig,
  what: string,
  shape: Shape,
  ask: () => unknown,
): z.infer<Shape> {
  try {
    return shape.parse(answered(ask()));
  } catch (cause) {
    // What it says on purpose is for the user as it is.
    if (cause instanceof OrchestraError) throw cause;
    const { message } = failureOf(config, what, cause);
    throw new OrchestraError("AGENT_UNUSABLE", message, { cause });
  }
}

/**
 * What a function of a plug-in returned at once. A promise is refused: nobody waits for it, and one
 * that is rejected where nobody listens would end this process, with the work of all the others.
 */
export function answered<Answer>(answer: Answer): Answer {
  if (!isPromise(answer)) return answer;
  abandon(answer);
  throw new TypeError("expected an answer at once, got a promise; do without async there");
}

/** Whatever becomes of it is no longer of interest. */
export function abandon(promise: PromiseLike<unknown>): void {
  Promise.resolve(promise).catch(() => undefined);
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  const isObject = typeof value === "object" && value !== null;
  return isObject && "then" in value && typeof value.then === "function";
}

/** What a plug-in did wrong, as the failure of its attempt. */
export function failureOf({ name }: AgentConfig, what: string, error: unknown): Failure {
  const [issue] = error instanceof z.ZodError ? error.issues : [];
  const said = error instanceof Error ? error.message : String(error);
  const problem = issue ? `${issue.path.join(".")}: ${issue.message}` : said;
  const message = `The plug-in of the agent ${name} broke its contract in ${what}: ${problem}`;
  return { class: "unknown", message: boundedText(message) };
}
