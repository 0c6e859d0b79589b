import type { Clock } from "../core/clock.ts";
import type { Project } from "../app.ts";
import { systemClock } from "../system-clock.ts";
import { readEnvironment, withStore, type Environment } from "../config/environment.ts";
import type { RepositoryFacts } from "../workspace/inspect-repository.ts";
import type { Reader } from "./open-reader.ts";
import { refuseFleeting } from "./refuse-store.ts";
import { AT_WORK } from "./daemon/at-work.ts";
import { lenient, openTerminal, type Output, type Terminal } from "./terminal.ts";

/** What every command works with. */
export type Cli = {
  readonly version: string;
  readonly cwd: string;
  /** The command that runs this program: Node, and the file that it was given. */
  readonly program: readonly [node: string, file: string];
  readonly environment: Environment;
  /** Has the blackboard looked for there, whatever the surroundings and the configuration say. */
  readonly useStore: (url: string) => void;
  readonly terminal: Terminal;
  /** Opened when asked for: that alone takes a millisecond or two. */
  readonly stdin: () => NodeJS.ReadStream;
  readonly stdout: () => Output;
  readonly clock: Clock;
  /** What the process ends with when its command does not throw. */
  readonly exitCode: { value: number };
  /** The project around the current directory, for commands that change something. */
  readonly openProject: () => Promise<Project>;
  /** The repository around the current directory, for commands that only look at it. */
  readonly findRepository: () => Promise<RepositoryFacts>;
  /** Its blackboard, for commands that only look; `undefined` when there is none yet. */
  readonly openReader: () => Promise<Reader | undefined>;
  /** Tells whoever started this process and waits to hear it that the queue is worked now. */
  readonly tellAtWork: () => void;
  /** Aborts at the first Ctrl-C or termination, which then no longer ends the process. */
  readonly onInterrupt: () => AbortSignal;
  /** The same for Ctrl-C alone: whoever ends a session may send several signals at once. */
  readonly onCtrlC: () => AbortSignal;
};

declare const ORCHESTRA_VERSION: string | undefined;

export function openCli(host: NodeJS.Process, isJson: boolean): Cli {
  const cwd = host.cwd();
  let environment = readEnvironment();
  const findRepository = async (): Promise<RepositoryFacts> =>
    (await import("../app.ts")).usableRepository({ cwd, environment });
  return {
    version: typeof ORCHESTRA_VERSION === "string" ? ORCHESTRA_VERSION : "0.0.0-source",
    cwd,
    program: [host.execPath, host.argv[1] ?? ""],
    get environment() {
      return environment;
    },
    useStore: (url) => {
      environment = withStore(environment, url);
    },
    terminal: openTerminal(
      {
        stdout: () => host.stdout,
        stderr: () => host.stderr,
        variables: environment.variables,
      },
      isJson,
    ),
    stdin: () => host.stdin,
    stdout: () => {
      // Who draws on one hides the cursor by way of the other.
      lenient(host.stderr);
      return lenient(host.stdout);
    },
    clock: systemClock,
    exitCode: { value: 0 },
    openProject: async () => {
      const project = await (await import("../app.ts")).openProject({ cwd, environment });
      refuseFleeting(project.location);
      return project;
    },
    findRepository,
    openReader: async () => {
      const { openReader } = await import("./open-reader.ts");
      return openReader({ cwd, environment, findRepository });
    },
    tellAtWork: () => {
      // Who has gone away meanwhile does not wait any more.
      if (host.connected) host.send?.(AT_WORK, () => host.connected && host.disconnect());
    },
    onInterrupt: () => abortedBy(host, ["SIGINT", "SIGTERM", "SIGHUP"]),
    onCtrlC: () => abortedBy(host, ["SIGINT"]),
  };
}

function abortedBy(host: NodeJS.Process, names: readonly NodeJS.Signals[]): AbortSignal {
  const controller = new AbortController();
  for (const name of names) host.once(name, () => controller.abort());
  return controller.signal;
}
