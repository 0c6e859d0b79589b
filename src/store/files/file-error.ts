import { OrchestraError } from "../../core/errors.ts";

/** What a refusal of the file system means to a person; any other error stays as it is. */
export function fileError(error: unknown, place: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || error instanceof OrchestraError) {
    return error;
  }
  const options = { cause: error };
  switch (error.code) {
    case "ENOSPC":
    case "EDQUOT":
      return new OrchestraError(
        "NO_SPACE",
        `No space left on the device of ${place}. Nothing was changed; free some space and try again.`,
        options,
      );
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return new OrchestraError(
        "READ_ONLY",
        `${place} cannot be written. Make it writable for you, and try again.`,
        options,
      );
    default:
      return new OrchestraError(
        "STORE_UNAVAILABLE",
        `Could not use ${place}: ${error.message}.`,
        options,
      );
  }
}
