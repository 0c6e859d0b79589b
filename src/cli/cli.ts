import type { Clock } from "../core/clock.ts";
import type { Project } from "../app.ts";
import { systemClock } from "../system-clock.ts";
import { readEnvironment, type Environment } from "../config/environment.ts";
import type { Reader } from "./open-reader.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

/** What every command works with. */
export type Cli = {
  readonly version: string;
  readonly cwd: string;
  readonly environment: Environment;
  readonly terminal: Terminal;
  /** Opened when asked for: that alone takes a millisecond or two. */
  readonly stdin: () => NodeJS.ReadStream;
  readonly stdout: () => NodeJS.WriteStream;
  readonly clock: Clock;
  /** What the process ends with when its command does not throw. */
  readonly exitCode: { value: number };
  /** The project around the current directory, for commands that change something. */
  readonly openProject: () => Promise<Project>;
  /** Its blackboard, for commands that only look; `undefined` when there is none yet. */
  readonly openReader: () => Promise<Reader | undefined>;
  /** Aborts at the first Ctrl-C or termination, which then no longer ends the process. */
  readonly onInterrupt: () => AbortSignal;
};

declare const ORCHESTRA_VERSION: string | undefined;

export function openCli(host: NodeJS.Process, isJson: boolean): Cli {
  const cwd = host.cwd();
  const environment = readEnvironment();
  return {
    version: typeof ORCHESTRA_VERSION === "string" ? ORCHESTRA_VERSION : "0.0.0-source",
    cwd,
    environment,
    terminal: openTerminal(
      {
        stdout: () => host.stdout,
        stderr: () => host.stderr,
        variables: environment.variables,
      },
      isJson,
    ),
    stdin: () => host.stdin,
    stdout: () => host.stdout,
    clock: systemClock,
    exitCode: { value: 0 },
    openProject: async () => (await import("../app.ts")).openProject({ cwd, environment }),
    openReader: async () => (await import("./open-reader.ts")).openReader({ cwd, environment }),
    onInterrupt: () => interruptSignal(host),
  };
}

function interruptSignal(host: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    host.once(name, () => controller.abort());
  }
  return controller.signal;
}
