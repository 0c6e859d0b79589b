import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sharingCloneId } from "./clone-id.ts";
import { makeStateFolder, projectPaths, type ProjectPaths } from "./paths.ts";
import { storeLocation } from "./store-location.ts";

function aClone(): { readonly root: string; readonly paths: ProjectPaths } {
  const root = mkdtempSync(join(tmpdir(), "orchestra-clone-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const paths = projectPaths(root);
  makeStateFolder(paths);
  return { root, paths };
}

test.each(["postgres://db/shop", "mysql://db/shop", "sqlite:../shared.db", "files:../shared"])(
  "clones that share %s are told apart, each time in the same way",
  (url) => {
    const ids = [aClone(), aClone()].map(({ root, paths }) => {
      const location = storeLocation(url, { root, ...paths });
      const id = sharingCloneId(paths, location);
      expect(sharingCloneId(paths, location)).toBe(id);
      return id;
    });
    expect(new Set(ids).size).toBe(2);
    expect(ids).not.toContain(undefined);
  },
);

test.each([undefined, "sqlite:.orchestra/other.db", "files:.orchestra/board", "memory:"])(
  "a blackboard at %s is its clone's own",
  (url) => {
    const { root, paths } = aClone();
    expect(sharingCloneId(paths, storeLocation(url, { root, ...paths }))).toBeUndefined();
  },
);
