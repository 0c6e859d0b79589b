import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "vitest";

/** A disk of its own, whose power can be cut. */
export type Ext4Disk = {
  /** Where it is mounted. */
  readonly folder: string;
  /** All that was written is on the disk. */
  readonly flush: () => void;
  /**
   * What was not flushed is gone, as if the machine had lost its power now. Nobody may be writing, or have
   * files open.
   */
  readonly cutPower: () => void;
  readonly [Symbol.dispose]: () => void;
};

const SIZE = "512M";
/** The kernel flushes next to nothing by itself: whoever wants something on the disk has to say so. */
const OPTIONS = "loop,commit=300";

/** Skips the test where the system lets it mount no disk. */
export function createExt4Disk(context: TestContext): Ext4Disk {
  const place = mkdtempSync(join(tmpdir(), "orchestra-disk-"));
  const folder = join(place, "mounted");
  const images = [join(place, "disk"), join(place, "other")] as [string, string];
  mkdirSync(folder);
  const mount = (): void => run("mount", "-o", OPTIONS, images[0], folder);
  try {
    run("truncate", "--size", SIZE, images[0]);
    run("mkfs.ext4", "-q", images[0]);
    mount();
  } catch (error) {
    rmSync(place, { recursive: true });
    context.skip(`This system lets a test mount no disk: ${String(error)}`);
  }
  return {
    folder,
    flush: () => run("sync", "--file-system", folder),
    cutPower: () => {
      // The image is what has come to the disk; unmounting would flush the rest.
      run("cp", "--sparse=always", ...images);
      run("umount", folder);
      images.reverse();
      mount();
    },
    [Symbol.dispose]: () => {
      run("umount", folder);
      rmSync(place, { recursive: true });
    },
  };
}

function run(file: string, ...args: readonly string[]): void {
  // What makes file systems is not on everybody's path.
  // oxlint-disable-next-line node/no-process-env -- A test's own tools.
  const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
  execFileSync(file, args, { env, stdio: "pipe" });
}
