import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const IMPORT = /(?<=from ")(\.[^"]+)\.ts(?=")/g;

/**
 * Writes the declarations of a library's entry, and of what they refer to; those of all the rest of
 * the program stay out of the package. TypeScript has no interface for programs that could do it.
 */
export function writeDeclarations(entry: string, folder: string): void {
  const scratch = mkdtempSync(join(tmpdir(), "orchestra-types-"));
  try {
    const project = { extends: resolve("tsconfig.json"), files: [resolve(entry)], include: [] };
    writeFileSync(join(scratch, "tsconfig.json"), JSON.stringify(project));
    const output = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly"];
    const place = ["--rootDir", resolve(dirname(entry)), "--outDir", join(scratch, "types")];
    const roots = ["--typeRoots", resolve("node_modules/@types")];
    execFileSync("tsc", ["--project", scratch, ...output, ...place, ...roots], {
      stdio: "inherit",
    });
    copyReached(join(scratch, "types"), "index.d.ts", folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function copyReached(types: string, entry: string, folder: string): void {
  const files = new Set([entry]);
  for (const file of files) {
    const text = readFileSync(join(types, file), "utf8");
    for (const [, target = ""] of text.matchAll(IMPORT)) {
      files.add(join(dirname(file), `${target}.d.ts`));
    }
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    // The names that Node and every setting of TypeScript know.
    writeFileSync(join(folder, file), text.replaceAll(IMPORT, "$1.js"));
  }
}
