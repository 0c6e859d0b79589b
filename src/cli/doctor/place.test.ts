import { expect, test } from "vitest";
import { networkFileSystem, placeWarnings } from "./place.ts";

test.each([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  // As it is told where a long has 32 bits.
  [0xff534d42 | 0, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x517b, "SMB"],
  [0x01021997, "9P"],
  [0x00c36400, "Ceph"],
  [0x5346414f, "AFS"],
])("a file system of type %i is one of the network: %s", (type, name) => {
  expect(networkFileSystem(type)).toBe(name);
});

test.each([
  ["ext4", 0xef53],
  ["tmpfs", 0x01021994],
  ["XFS", 0x58465342],
  ["Btrfs", 0x9123683e],
  ["overlay", 0x794c7630],
  ["FUSE, which may be either", 0x65735546],
  ["APFS, as macOS tells it", 26],
])("%s is no file system of the network", (_name, type) => {
  expect(networkFileSystem(type)).toBeUndefined();
});

const GOOD = { kind: "sqlite", path: "/b.db", fileSystem: 0xef53, sqlite: "3.51.3" } as const;

test.each(["3.51.3", "3.52.0", "3.53.4", "4.0.0"])("SQLite %s is warned of in no way", (sqlite) => {
  expect(placeWarnings({ ...GOOD, sqlite })).toEqual([]);
});

test.each(["3.9.2", "3.49.1", "3.50.4", "3.51.2"])(
  "SQLite %s is warned of where it keeps the blackboard",
  (sqlite) => {
    expect(placeWarnings({ ...GOOD, sqlite })).toMatchObject([
      { what: "sqlite", verdict: "warning", detail: expect.stringContaining("Update Node") },
    ]);
    expect(placeWarnings({ ...GOOD, sqlite, kind: "files" })).toEqual([]);
  },
);

test.each(["sqlite", "files"] as const)("a %s store on NFS is warned of", (kind) => {
  expect(placeWarnings({ ...GOOD, kind, fileSystem: 0x6969 })).toMatchObject([
    { what: "file system", verdict: "warning", detail: expect.stringContaining("(NFS)") },
  ]);
});
