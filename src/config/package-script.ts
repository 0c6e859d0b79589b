import type { ProjectFiles } from "./project-files.ts";

/** What npm writes into a fresh `package.json`, which is no test. */
const NPM_PLACEHOLDER = /no test specified/;

const COMMANDS: readonly (readonly [lockFile: string, command: string])[] = [
  ["pnpm-lock.yaml", "pnpm test"],
  ["yarn.lock", "yarn test"],
  // `bun test` would be its own test runner.
  ["bun.lock", "bun run test"],
  ["bun.lockb", "bun run test"],
];

/** The test script of a `package.json`, by the package manager that the lock file is of. */
export function packageScript(text: string, files: ProjectFiles): string | undefined {
  const script = testScript(text);
  if (script === undefined || NPM_PLACEHOLDER.test(script)) return undefined;
  const [, command = "npm test"] = COMMANDS.find(([file]) => files(file) !== undefined) ?? [];
  return command;
}

function testScript(text: string): string | undefined {
  try {
    const file: unknown = JSON.parse(text);
    if (typeof file !== "object" || file === null || !("scripts" in file)) return undefined;
    const { scripts } = file;
    if (typeof scripts !== "object" || scripts === null || !("test" in scripts)) return undefined;
    return typeof scripts.test === "string" ? scripts.test : undefined;
  } catch {
    // A broken package.json is the project's business; it only tells nothing here.
    return undefined;
  }
}
