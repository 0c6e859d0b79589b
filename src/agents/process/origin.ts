import { readExit, readIdentity } from "./identity.ts";
import type { Origin } from "./members.ts";

/**
 * Holds the folder in the environment of every process, also of one that left the group. The
 * folder and not an id: it is known wherever the folder is.
 */
const MARKER_VARIABLE = "ORCHESTRA_PROCESS_FOLDER";

/** The variables that mark what is started from the folder. */
export function markerOf(folder: string): Readonly<Record<string, string>> {
  return { [MARKER_VARIABLE]: folder };
}

export function readOrigin(folder: string): Origin {
  return {
    identity: readIdentity(folder),
    marker: `${MARKER_VARIABLE}=${folder}`,
    exitUptimeS: readExit(folder)?.uptimeS,
  };
}
