import { OrchestraError, type ErrorCode } from "../../core/errors.ts";
import { errnoOf } from "../../core/errno.ts";

type Reason = { readonly code: ErrorCode; readonly advice: string };

const FULL_MACHINE: Reason = {
  code: "MACHINE_FULL",
  advice: "the machine has no room for another process. Run fewer at a time, or raise its limits.",
};
const FULL_DISK: Reason = { code: "NO_SPACE", advice: "no space is left on the disk. Free some." };
const FORBIDDEN: Reason = {
  code: "READ_ONLY",
  advice: "its folder cannot be written to. Make it writable.",
};

const REASONS: Partial<Record<string, Reason>> = {
  EAGAIN: FULL_MACHINE,
  ENOMEM: FULL_MACHINE,
  EMFILE: FULL_MACHINE,
  ENFILE: FULL_MACHINE,
  ENOSPC: FULL_DISK,
  EDQUOT: FULL_DISK,
  EROFS: FORBIDDEN,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  E2BIG: {
    code: "INVALID_ARGUMENT",
    advice: "its arguments are too long. Give it the prompt by standard input or by a file.",
  },
};

/** Why a command could not be started, and what to do about it. */
export function startError(command: readonly string[], cause: unknown): OrchestraError {
  const name = JSON.stringify(command[0] ?? "");
  const reason = REASONS[errnoOf(cause)];
  const advice = reason?.advice ?? "the operating system refused, for the reason below.";
  return new OrchestraError(reason?.code ?? "INTERNAL", `Could not start ${name}: ${advice}`, {
    cause,
  });
}

/** The wrapper could not write down who it is. */
export function fullDisk(command: readonly string[]): OrchestraError {
  return startError(
    command,
    Object.assign(new Error("The wrapper's claim failed."), { code: "ENOSPC" }),
  );
}
