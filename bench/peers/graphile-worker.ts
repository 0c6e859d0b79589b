import { join } from "node:path";
import { installPackages } from "../../test/install-package.ts";
import { JOB_DATA, type Peer } from "./peer.ts";

const VERSION = "0.18.0";
const CONNECTIONS_MAX = 34;

type Utils = {
  readonly migrate: () => Promise<void>;
  readonly addJob: (name: string, data: object) => Promise<unknown>;
  readonly release: () => Promise<void>;
};
type GraphileWorker = {
  readonly makeWorkerUtils: (options: object) => Promise<Utils>;
  readonly runOnce: (options: object) => Promise<void>;
  readonly Logger: new (factory: () => () => void) => unknown;
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
  const { makeWorkerUtils, runOnce, Logger } = (await import(entry)) as GraphileWorker;
  const logger = new Logger(() => () => undefined);
  const options = { connectionString, maxPoolSize: CONNECTIONS_MAX, logger };
  const utils = await makeWorkerUtils(options);
  await utils.migrate();
  const taskList = { task: async () => undefined };
  return {
    name: "graphile-worker",
    newQueue: async () => ({
      add: async () => void (await utils.addJob("task", JOB_DATA)),
      work: async (_, concurrency) =>
        runOnce({ ...options, noHandleSignals: true, concurrency, taskList }),
      close: async () => undefined,
    }),
    stop: utils.release.bind(utils),
  };
}
