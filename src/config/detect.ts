import { existsSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The agent CLIs that an adapter exists for, by their executable. */
const AGENT_EXECUTABLES = ["claude"] as const;

/** The agents that are installed here. */
export function detectAgents(path: string): readonly string[] {
  const folders = path.split(delimiter);
  return AGENT_EXECUTABLES.filter((name) =>
    folders.some((folder) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile()),
  );
}

/** What npm writes into a fresh `package.json`, which is no test. */
const NPM_PLACEHOLDER = /no test specified/;

const TEST_COMMANDS: readonly {
  readonly file: string;
  readonly command: (root: string, text: string) => string | undefined;
}[] = [
  { file: "package.json", command: packageScript },
  { file: "deno.json", command: () => "deno test" },
  { file: "Cargo.toml", command: () => "cargo test" },
  { file: "go.mod", command: () => "go test ./..." },
  { file: "pytest.ini", command: () => "pytest" },
  { file: "tox.ini", command: () => "tox" },
  {
    file: "pyproject.toml",
    command: (_root, text) => (/\bpytest\b/.test(text) ? "pytest" : undefined),
  },
  { file: "pom.xml", command: () => "mvn -q test" },
  { file: "build.gradle", command: () => "./gradlew test" },
  { file: "build.gradle.kts", command: () => "./gradlew test" },
  { file: "mix.exs", command: () => "mix test" },
  { file: ".rspec", command: () => "bundle exec rspec" },
  {
    file: "Makefile",
    command: (_root, text) => (/^test\s*:/m.test(text) ? "make test" : undefined),
  },
];

/** The command that runs the project's tests, where its files tell. */
export function detectTestCommand(root: string): string | undefined {
  for (const { file, command } of TEST_COMMANDS) {
    const path = join(root, file);
    if (!existsSync(path)) continue;
    const found = command(root, readFileSync(path, "utf8"));
    if (found !== undefined) return found;
  }
  return undefined;
}

function packageScript(root: string, text: string): string | undefined {
  const script = testScript(text);
  if (script === undefined || NPM_PLACEHOLDER.test(script)) return undefined;
  if (existsSync(join(root, "pnpm-lock.yaml"))) return "pnpm test";
  if (existsSync(join(root, "yarn.lock"))) return "yarn test";
  if (existsSync(join(root, "bun.lock")) || existsSync(join(root, "bun.lockb"))) {
    return "bun run test";
  }
  return "npm test";
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
