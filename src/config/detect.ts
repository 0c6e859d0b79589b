import { delimiter, join } from "node:path";
import { isExecutable } from "./executable.ts";
import { packageScript } from "./package-script.ts";
import { projectFiles, type ProjectFiles } from "./project-files.ts";

/** The agents whose executable tells that they are installed; another tool is called `goose`, too. */
const AGENT_EXECUTABLES = {
  claude: "claude",
  codex: "codex",
  opencode: "opencode",
  copilot: "copilot",
  gemini: "gemini",
  qwen: "qwen",
  cursor: "cursor-agent",
  amp: "amp",
  auggie: "auggie",
  aider: "aider",
} as const;

/** The agents that are installed here. */
export function detectAgents(path: string): readonly string[] {
  const folders = path.split(delimiter);
  return Object.entries(AGENT_EXECUTABLES).flatMap(([name, executable]) =>
    folders.some((folder) => isExecutable(join(folder, executable))) ? [name] : [],
  );
}

type Told = (text: string, files: ProjectFiles) => string | undefined;

/** What each file tells; the first that tells a command is believed. */
const DETECTIONS: readonly (readonly [file: string, told: Told])[] = [
  ["package.json", packageScript],
  ["deno.json", () => "deno test"],
  ["deno.jsonc", () => "deno test"],
  ["Cargo.toml", () => "cargo test"],
  ["go.mod", () => "go test ./..."],
  ["pytest.ini", (_text, files) => pytest(files)],
  ["tox.ini", () => "tox"],
  ["pyproject.toml", (text, files) => (/\bpytest\b/.test(text) ? pytest(files) : undefined)],
  ["setup.cfg", (text, files) => (text.includes("[tool:pytest]") ? pytest(files) : undefined)],
  ["pom.xml", (_text, files) => `${files("mvnw") === undefined ? "mvn" : "./mvnw"} -q test`],
  ["build.gradle", (_text, files) => gradle(files)],
  ["build.gradle.kts", (_text, files) => gradle(files)],
  ["build.sbt", () => "sbt test"],
  ["mix.exs", () => "mix test"],
  ["Package.swift", () => "swift test"],
  [".rspec", () => "bundle exec rspec"],
  ["Gemfile", (text) => (/\brspec\b/.test(text) ? "bundle exec rspec" : undefined)],
  ["phpunit.xml", () => "vendor/bin/phpunit"],
  ["phpunit.xml.dist", () => "vendor/bin/phpunit"],
  ["Makefile", makeTest],
  ["makefile", makeTest],
  ["GNUmakefile", makeTest],
];

/** The command that runs the project's tests, where its files tell. */
export function detectTestCommand(root: string): string | undefined {
  const files = projectFiles(root);
  for (const [file, told] of DETECTIONS) {
    const text = files(file);
    const command = text === undefined ? undefined : told(text, files);
    if (command !== undefined) return command;
  }
  return undefined;
}

/** By way of what made the environment, which a fresh worktree does not have yet. */
function pytest(files: ProjectFiles): string {
  if (files("uv.lock") !== undefined) return "uv run pytest";
  return files("poetry.lock") === undefined ? "pytest" : "poetry run pytest";
}

function gradle(files: ProjectFiles): string {
  return files("gradlew") === undefined ? "gradle test" : "./gradlew test";
}

/** A target of the name `test`, and no variable of it. */
function makeTest(text: string): string | undefined {
  return /^test\s*::?(?![:=])/m.test(text) ? "make test" : undefined;
}
