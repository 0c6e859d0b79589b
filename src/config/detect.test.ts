import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { detectAgents, detectTestCommand } from "./detect.ts";

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "orchestra-detect-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

test.each([
  [{ "package.json": '{"scripts":{"test":"vitest"}}' }, "npm test"],
  [{ "package.json": '{"scripts":{"test":"vitest"}}', "pnpm-lock.yaml": "" }, "pnpm test"],
  [{ "package.json": '{"scripts":{"test":"jest"}}', "yarn.lock": "" }, "yarn test"],
  [{ "package.json": '{"scripts":{"test":"echo no test specified && exit 1"}}' }, undefined],
  [{ "package.json": "{ broken" }, undefined],
  [{ "package.json": '{"scripts":{"test":7}}', "go.mod": "module x" }, "go test ./..."],
  [{ "Cargo.toml": "" }, "cargo test"],
  [{ "pyproject.toml": "[tool.pytest.ini_options]" }, "pytest"],
  [{ "pyproject.toml": "[project]" }, undefined],
  [{ Makefile: "build:\n\ttrue\ntest: build\n\ttrue\n" }, "make test"],
  [{ Makefile: "build:\n\ttrue\n" }, undefined],
  [{}, undefined],
])("from the files %j the test command is %s", async (files, wanted) => {
  const folder = await folderWith(files);
  expect(detectTestCommand(folder)).toBe(wanted);
  await rm(folder, { recursive: true });
});

test("an agent is found where the PATH says", async () => {
  const folder = await folderWith({ claude: "#!/bin/sh\n" });
  await chmod(join(folder, "claude"), 0o755);
  expect(detectAgents(`/nowhere:${folder}`)).toEqual(["claude"]);
  expect(detectAgents("/nowhere")).toEqual([]);
  await rm(folder, { recursive: true });
});
