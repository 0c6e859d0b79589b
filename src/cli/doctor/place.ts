import { warning, type Finding } from "./finding.ts";

/** Where files are that hold a blackboard, and what works on them. */
export type Place = {
  readonly kind: "sqlite" | "files";
  readonly path: string;
  /** The type that `statfs` tells. */
  readonly fileSystem: number;
  /** The version of SQLite in this Node, where it tells one. */
  readonly sqlite: string | undefined;
};

/** Numbers of the Linux kernel, in its `magic.h`; other systems number theirs from one, and share none. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xfe534d42, "SMB"],
  [0xff534d42, "CIFS"],
  [0x01021997, "9P"],
  [0x00c36400, "Ceph"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x73757245, "Coda"],
  [0x564c, "NCP"],
]);

/**
 * Before it, a log that one connection began anew while others wrote and tidied it could lose what was
 * committed: https://sqlite.org/wal.html#walresetbug
 */
const SQLITE_MIN = [3, 51, 3] as const;

/** What may cost what is kept there, though all seems to go well. */
export function placeWarnings({ kind, path, fileSystem, sqlite }: Place): Finding[] {
  const name = networkFileSystem(fileSystem);
  const findings: Finding[] = [];
  if (name !== undefined) {
    const why = "where the locks of other machines may not count, and what is kept can be damaged";
    const remedy = "Keep the blackboard on a disk of this machine, or in a database server";
    findings.push(warning("file system", `${path} is on a network (${name}), ${why}. ${remedy}.`));
  }
  // Without a log, as of the lock of files, there is nothing to be damaged.
  if (kind === "sqlite" && sqlite !== undefined && isOlder(sqlite)) {
    const why = "can damage a file that several processes write at once";
    const remedy = `Update Node, to one with SQLite ${SQLITE_MIN.join(".")} or later`;
    findings.push(warning("sqlite", `${sqlite} ${why}. ${remedy}.`));
  }
  return findings;
}

/** Its name; `undefined` for one of this machine, and for FUSE, which may be either. */
export function networkFileSystem(type: number): string | undefined {
  // It is told with a sign where a long has 32 bits.
  return NETWORK_FILE_SYSTEMS.get(type >>> 0);
}

function isOlder(version: string): boolean {
  const numbers = version.split(".").map(Number);
  const at = SQLITE_MIN.findIndex((least, index) => numbers[index] !== least);
  return at >= 0 && (numbers[at] ?? 0) < (SQLITE_MIN[at] ?? 0);
}
