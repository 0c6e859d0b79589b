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
  let number = 1;
  const image = (): string => join(place, `disk-${number}`);
  const mount = (): void => run("mount", "-o", OPTIONS, image(), folder);
  // What the kernel has not let go of yet ends with its last user.
  const unmount = (): void => run("umount", "--lazy", folder);
  mkdirSync(folder);
  try {
    run("truncate", "--size", SIZE, image());
    run("mkfs.ext4", "-q", image());
    mount();
  } catch (error) {
    rmSync(place, { recursive: true });
    context.skip(`This system lets a test mount no disk: ${String(error)}`);
  }
  return {
    folder,
    flush: () => run("sync", "--file-system", folder),
    cutPower: () => {
      const before = image();
      number += 1;
      // The image is what has come to the disk; unmounting flushes the rest, to what nobody sees again.
      run("cp", "--sparse=always", before, image());
      unmount();
      rmSync(before);
      mount();
    },
    [Symbol.dispose]: () => {
      unmount();
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
