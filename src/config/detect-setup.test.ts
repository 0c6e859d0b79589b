import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { detectSetupCommand } from "./detect-setup.ts";

test.each([
  ["package-lock.json", "npm ci"],
  ["pnpm-lock.yaml", "pnpm install --frozen-lockfile"],
  ["bun.lockb", "bun install --frozen-lockfile"],
  ["uv.lock", "uv sync"],
  ["README.md", undefined],
])("from %s a fresh worktree is made ready by %s", async (file, wanted) => {
  const folder = await mkdtemp(join(tmpdir(), "orchestra-setup-"));
  await writeFile(join(folder, file), "");
  expect(detectSetupCommand(folder)).toBe(wanted);
  await rm(folder, { recursive: true });
});
