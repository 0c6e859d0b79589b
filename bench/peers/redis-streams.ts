import { createRequire } from "node:module";
import { join } from "node:path";
import { startRedis, REDIS_PACKAGES } from "./redis.ts";
import { installPackages } from "../../test/install-package.ts";

type Redis = {
  readonly call: (command: string, ...args: readonly string[]) => Promise<unknown>;
  readonly disconnect: () => void;
};
type Ioredis = { readonly Redis: new (path: string) => Redis };

/** Whether a stream lets a consumer acknowledge what was claimed by another one since. */
export async function zombieOfRedisStreams(): Promise<boolean> {
  const packages = await installPackages(REDIS_PACKAGES);
  // What the package exports is described above, as far as it is used.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const ioredis = createRequire(join(packages, "package.json"))("ioredis") as Ioredis;
  const server = await startRedis();
  const redis = new ioredis.Redis(server.socket);
  await redis.call("XGROUP", "CREATE", "tasks", "workers", "$", "MKSTREAM");
  const id = String(await redis.call("XADD", "tasks", "*", "prompt", "Do nothing."));
  const read = ["GROUP", "workers", "zombie", "COUNT", "1", "STREAMS", "tasks", ">"];
  await redis.call("XREADGROUP", ...read);
  await redis.call("XCLAIM", "tasks", "workers", "successor", "0", id);
  const acknowledged = await redis.call("XACK", "tasks", "workers", id);
  redis.disconnect();
  await server.stop();
  return acknowledged === 1;
}
