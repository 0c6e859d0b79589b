import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
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
  [{ "pyproject.toml": "pytest>=8", "uv.lock": "" }, "uv run pytest"],
  [{ "setup.cfg": "[tool:pytest]", "poetry.lock": "" }, "poetry run pytest"],
  [{ "pom.xml": "" }, "mvn -q test"],
  [{ "pom.xml": "", mvnw: "" }, "./mvnw -q test"],
  [{ "build.gradle.kts": "" }, "gradle test"],
  [{ "build.gradle": "", gradlew: "" }, "./gradlew test"],
  [{ Gemfile: 'gem "rspec"' }, "bundle exec rspec"],
  [{ Gemfile: 'gem "rails"' }, undefined],
  [{ "package.json": '{"scripts":{"test":"x"}}', "bun.lock": "" }, "bun run test"],
  [{ "package.json": "[]", "deno.json": "{}" }, "deno test"],
  [{ Makefile: "build:\n\ttrue\ntest: build\n\ttrue\n" }, "make test"],
  [{ Makefile: "build:\n\ttrue\n" }, undefined],
  [{ Makefile: "test := unit\ntest ::= unit\n" }, undefined],
  [{ GNUmakefile: "test:: unit\n" }, "make test"],
  [{}, undefined],
])("from the files %j the test command is %s", async (files, wanted) => {
  const folder = await folderWith(files);
  expect(detectTestCommand(folder)).toBe(wanted);
  await rm(folder, { recursive: true });
});

test("a folder in the place of a file tells nothing", async () => {
  const folder = await folderWith({ "go.mod": "module x" });
  await mkdir(join(folder, "package.json"));
  expect(detectTestCommand(folder)).toBe("go test ./...");
  await rm(folder, { recursive: true });
});

test("an agent is found where the PATH says, if it can be started", async () => {
  const folder = await folderWith({ claude: "#!/bin/sh\n" });
  expect(detectAgents(folder)).toEqual([]);
  await chmod(join(folder, "claude"), 0o755);
  expect(detectAgents(`/nowhere:${folder}`)).toEqual(["claude"]);
  expect(detectAgents("/nowhere")).toEqual([]);
  await rm(folder, { recursive: true });
});
