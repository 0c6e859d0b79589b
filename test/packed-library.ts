import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { NODE_FOLDER } from "./install-package.ts";

/** A folder that has the package as npm packs it, and nothing else of this repository. */
export type PackedLibrary = {
  readonly folder: string;
  /** Runs one of its programs in a fresh repository; returns what it printed. */
  readonly run: (program: string) => string;
  /** What the compiler says of its programs. */
  readonly compile: () => string;
  readonly [Symbol.dispose]: () => void;
};

export function packLibrary(): PackedLibrary {
  const scratch = mkdtempSync(join(tmpdir(), "orchestra-packed-"));
  const folder = join(scratch, "user");
  const installed = join(folder, "node_modules/orchestra");
  mkdirSync(installed, { recursive: true });
  const packing = ["pack", "--ignore-scripts", "--silent", "--pack-destination", scratch];
  const path = `${NODE_FOLDER}:${process.env["PATH"] ?? ""}`;
  const env = { ...process.env, PATH: path, ORCHESTRA_HOME: join(scratch, "home") };
  const [file = ""] = execFileSync("npm", packing, { encoding: "utf8", env }).trim().split("\n");
  const tarball = join(scratch, file);
  execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
  let count = 0;
  return {
    folder,
    run: (program) => {
      const cwd = join(scratch, `project-${(count += 1)}`);
      freshRepository(cwd, env);
      return execFileSync(process.execPath, [join(folder, program)], {
        cwd,
        env,
        encoding: "utf8",
      });
    },
    compile: () => {
      const types = join(folder, "node_modules/@types");
      symlinkSync(resolve("node_modules/@types"), types);
      const compilerOptions = {
        target: "es2024",
        module: "nodenext",
        strict: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        // The declarations that come with the package are compiled, too.
        skipLibCheck: false,
        types: ["node"],
      };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
      const tsc = resolve("node_modules/typescript/bin/tsc");
      return execFileSync(process.execPath, [tsc, "--pretty", "false"], {
        cwd: folder,
        encoding: "utf8",
      });
    },
    [Symbol.dispose]: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

function freshRepository(folder: string, env: NodeJS.ProcessEnv): void {
  cpSync("examples/project", folder, { recursive: true });
  for (const args of [
    ["init", "-q", "-b", "main"],
    ["config", "user.name", "Tester"],
    ["config", "user.email", "tester@localhost"],
    ["add", "-A"],
    ["commit", "-q", "-m", "Start"],
  ]) {
    execFileSync("git", args, { cwd: folder, env });
  }
}
