import { existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { errnoOf } from "../core/errno.ts";
import { OrchestraError } from "../core/errors.ts";

/** Below what Linux and macOS give to programs that ask for any port. */
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;
const BUSY_TIMEOUT_MS = 10_000;

/** Blocks of ports for workspaces, of all projects of a user on this machine. */
export type PortBlocks = {
  /** Ports in a block; 0 where workspaces get none. */
  readonly size: number;
  /** The file that says whose they are; it is made if need be. */
  readonly file: string;
};

/**
 * The first port of the block that the workspace at `path` has, or gets: one of which nobody uses a port
 * now. It is the workspace's until its folder is gone. Throws `MACHINE_FULL` when all are leased.
 */
export async function leasePorts(blocks: PortBlocks, path: string): Promise<number> {
  const inUse = new Set<number>();
  for (;;) {
    const first = withLeases(blocks.file, (leases) => lease(leases, blocks, path, inUse));
    // Ours since before, or free: whoever is at work there may be this workspace's own server.
    if (!first.isNew || !(await isAnyInUse(first.port, blocks.size))) return first.port;
    inUse.add(first.port);
    withLeases(blocks.file, (leases) =>
      leases.prepare("delete from leases where path = ?").run(path),
    );
  }
}

/** The first port of the block of the workspace at `path`; `undefined` when it has none. */
export function leasedPort({ file }: PortBlocks, path: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const row = withLeases(file, (leases) =>
    leases.prepare("select port from leases where path = ?").get(path),
  );
  return row && Number(row["port"]);
}

function lease(
  leases: DatabaseSync,
  { size }: PortBlocks,
  path: string,
  inUse: ReadonlySet<number>,
): { readonly port: number; readonly isNew: boolean } {
  const before = leases.prepare("select port from leases where path = ? and size >= ?");
  const own = before.get(path, size);
  if (own) return { port: Number(own["port"]), isNew: false };
  const taken = leasesOfOthers(leases, path);
  for (let port = FIRST_PORT; port + size - 1 <= LAST_PORT; port += size) {
    const isTaken = taken.some(({ first, last }) => first < port + size && port <= last);
    if (isTaken || inUse.has(port)) continue;
    leases.prepare("insert into leases (path, port, size) values (?, ?, ?)").run(path, port, size);
    return { port, isNew: true };
  }
  const message = `Leasing ports to ${path}: all from ${FIRST_PORT} to ${LAST_PORT} are leased or in use. Remove workspaces, or set workspace.ports to fewer.`;
  throw new OrchestraError("MACHINE_FULL", message);
}

type Block = { readonly first: number; readonly last: number };

/** Those of folders that are there; all others are given up, and a block of `path` that is too small. */
function leasesOfOthers(leases: DatabaseSync, path: string): readonly Block[] {
  const giveUp = leases.prepare("delete from leases where path = ?");
  const blocks: Block[] = [];
  for (const row of leases.prepare("select path, port, size from leases").all()) {
    const [other, first] = [String(row["path"]), Number(row["port"])];
    if (other === path || !existsSync(other)) giveUp.run(other);
    else blocks.push({ first, last: first + Number(row["size"]) - 1 });
  }
  return blocks;
}

/** One at a time, among all processes. */
function withLeases<T>(file: string, work: (leases: DatabaseSync) => T): T {
  mkdirSync(dirname(file), { recursive: true });
  try {
    return inTransaction(file, work);
  } catch (cause) {
    if (!(cause instanceof Error) || !("errcode" in cause)) throw cause;
    const message = `Leasing ports: ${file} cannot be used: ${cause.message}. If it is damaged, move it away; a new one is made.`;
    throw new OrchestraError("STORE_UNAVAILABLE", message, { cause });
  }
}

function inTransaction<T>(file: string, work: (leases: DatabaseSync) => T): T {
  const leases = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    leases.exec("begin immediate");
    leases.exec(
      "create table if not exists leases (path text primary key, port integer not null, size integer not null)",
    );
    const result = work(leases);
    leases.exec("commit");
    return result;
  } finally {
    // A transaction that was not committed is undone.
    leases.close();
  }
}

async function isAnyInUse(first: number, size: number): Promise<boolean> {
  const ports = Array.from({ length: size }, (_, index) => first + index);
  return (await Promise.all(ports.map(isInUse))).includes(true);
}

/**
 * Of this machine alone, and of all the world: a program may listen in any of these ways, and what one
 * of them holds is free to another on some systems.
 */
const HOSTS = ["127.0.0.1", "::1", "0.0.0.0", "::"];
/** What a machine says that has no such address. */
const NO_ADDRESS = ["EADDRNOTAVAIL", "EAFNOSUPPORT"];

async function isInUse(port: number): Promise<boolean> {
  // One after another: each would find the one before it.
  for (const host of HOSTS) if (await isInUseOn(host, port)) return true;
  return false;
}

async function isInUseOn(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(!NO_ADDRESS.includes(errnoOf(error))));
    server.listen({ port, host, exclusive: true, ipv6Only: true }, () => {
      server.close(() => resolve(false));
    });
  });
}
