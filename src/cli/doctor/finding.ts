import { OrchestraError } from "../../core/errors.ts";

/** Something that was looked at. */
export type Finding = {
  readonly what: string;
  readonly verdict: "ok" | "warning" | "problem";
  readonly detail: string;
  /** What `--fix` does about it; there when it can do something. */
  readonly cure?: string;
  /** It was put right. */
  readonly isMended?: boolean;
};

/** What comes of looking; trouble that a person can act on is a finding, not a failure. */
export async function found<T>(looking: Promise<T>): Promise<T | OrchestraError> {
  try {
    return await looking;
  } catch (error) {
    if (error instanceof OrchestraError) return error;
    throw error;
  }
}

export function ok(what: string, detail: string): Finding {
  return { what, verdict: "ok", detail };
}

export function warning(what: string, detail: string): Finding {
  return { what, verdict: "warning", detail };
}

export function problem(what: string, detail: string): Finding {
  return { what, verdict: "problem", detail };
}
