import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Packages } from "../../test/install-package.ts";

/** What is measured on Redis, and its client. */
export const REDIS_PACKAGES: Packages = {
  name: "bullmq",
  versions: { bullmq: "6.7.0", ioredis: "5.11.1" },
};

/** A Redis that keeps every write on disk before it answers. */
export async function startRedis(): Promise<{
  readonly socket: string;
  readonly stop: () => Promise<void>;
}> {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-redis-"));
  const socket = join(folder, "socket");
  const durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
  const place = ["--dir", folder, "--port", "0", "--unixsocket", socket];
  const server = spawn("redis-server", [...place, ...durable], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  for await (const line of createInterface({ input: server.stdout })) {
    if (/ready to accept connections/i.test(line)) break;
  }
  server.stdout.resume();
  return {
    socket,
    stop: async () => {
      server.kill("SIGKILL");
      await once(server, "exit");
      rmSync(folder, { recursive: true });
    },
  };
}
