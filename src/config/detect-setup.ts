import { existsSync } from "node:fs";
import { join } from "node:path";

/** What makes a fresh checkout ready, by the lock file that says so; the first that is there. */
const SETUP_COMMANDS: readonly (readonly [lockFile: string, command: string])[] = [
  ["pnpm-lock.yaml", "pnpm install --frozen-lockfile"],
  ["yarn.lock", "yarn install --frozen-lockfile"],
  ["bun.lock", "bun install --frozen-lockfile"],
  ["bun.lockb", "bun install --frozen-lockfile"],
  ["package-lock.json", "npm ci"],
  ["uv.lock", "uv sync"],
  ["poetry.lock", "poetry install"],
  ["Gemfile.lock", "bundle install"],
  ["mix.lock", "mix deps.get"],
];

/** The command that installs what the project needs, where its files tell. */
export function detectSetupCommand(root: string): string | undefined {
  return SETUP_COMMANDS.find(([lockFile]) => existsSync(join(root, lockFile)))?.[1];
}
