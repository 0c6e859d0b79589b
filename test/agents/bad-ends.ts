import type { FailureClass } from "../../src/core/failure.ts";
import type { AgentDriver, BadEnd } from "./driver.ts";
import type { Turn } from "./script.ts";

/** What a model does in place of an answer. */
export const BAD_TURNS = {
  refused: { status: 401, error: { type: "authentication_error", message: "bad key" } },
  busy: {
    status: 429,
    // A second, so that those that ask again do so soon, and not too often for their script.
    headers: { "retry-after": "1" },
    error: { type: "rate_limit_error", message: "Too many requests." },
  },
  broken: { status: 500, error: { type: "api_error", message: "broken" } },
  garbage: { garbage: "<html>\u0000 this is no stream </html>\n\n" },
  half: { breaksOff: true, text: "I begin to" },
} as const satisfies Readonly<Record<BadEnd, Turn>>;

const CLASSES: Readonly<Record<BadEnd, FailureClass>> = {
  refused: "auth",
  busy: "rate_limit",
  broken: "provider_error",
  garbage: "provider_error",
  half: "network",
};

/** The tasks of which each ends badly, and how. */
export function endsOf({ classes = {} }: AgentDriver): Readonly<Record<string, FailureClass>> {
  const all: Readonly<Record<string, FailureClass | undefined>> = { ...CLASSES, ...classes };
  const ends: Record<string, FailureClass> = { hangs: "timeout" };
  for (const [name, failureClass] of Object.entries(all)) {
    if (failureClass !== undefined) ends[name] = failureClass;
  }
  return ends;
}
