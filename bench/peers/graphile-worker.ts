import { join } from "node:path";
import pg from "pg";
import { installPackages } from "../../test/install-package.ts";
import type { Peer } from "./peer.ts";

const VERSION = "0.18.0";

type GraphileWorker = {
  readonly runMigrations: (options: object) => Promise<void>;
  readonly runOnce: (options: object) => Promise<void>;
};

/** graphile-worker as it is by default, on the PostgreSQL server at `connectionString`. */
export async function startGraphileWorker(connectionString: string): Promise<Peer> {
  const packages = await installPackages({
    name: "graphile-worker",
    versions: { "graphile-worker": VERSION },
  });
  const entry = join(packages, "node_modules/graphile-worker/dist/index.js");
  // What the package exports is described above, as far as it is used.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { runMigrations, runOnce } = (await import(entry)) as GraphileWorker;
  const quiet = { connectionString, noHandleSignals: true, logger: silentLogger(entry) };
  await runMigrations({ ...quiet, logger: await quiet.logger });
  return {
    name: "graphile-worker",
    jobsPerSecond: async (jobs, concurrency) => {
      await addJobs(connectionString, jobs);
      const taskList = { task: async () => undefined };
      const logger = await quiet.logger;
      const startedMs = performance.now();
      await runOnce({ ...quiet, logger, concurrency, taskList, maxPoolSize: concurrency + 2 });
      return (jobs * 1_000) / (performance.now() - startedMs);
    },
    stop: async () => undefined,
  };
}

async function silentLogger(entry: string): Promise<unknown> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { Logger } = (await import(entry)) as {
    Logger: new (factory: () => () => void) => unknown;
  };
  return new Logger(() => () => undefined);
}

async function addJobs(connectionString: string, jobs: number): Promise<void> {
  const client = new pg.Client(connectionString);
  await client.connect();
  await client.query(
    `select graphile_worker.add_job('task', json_build_object('prompt', 'Do nothing, and say so.'))
     from generate_series(1, $1)`,
    [jobs],
  );
  await client.end();
}
