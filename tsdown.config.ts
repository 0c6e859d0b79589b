import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "tsdown";
import { writeDeclarations } from "./declarations.config.ts";
import { manualPages } from "./src/cli/manual/manual-pages.ts";

const { version }: { version: string } = JSON.parse(readFileSync("package.json", "utf8"));

// Commander starts subcommands of their own executable, which there are none of here. Loading what
// it would need for that is a tenth of what a command takes, so it waits until it is asked for.
const lazyChildProcess = {
  name: "lazy-child-process",
  transform(code: string, id: string) {
    if (!/commander[/\\]lib[/\\]command\.js$/.test(id)) return null;
    const eager = "import childProcess from 'node:child_process';";
    if (!code.includes(eager))
      throw new Error("Commander loads node:child_process another way now.");
    const lazy =
      "const childProcess = { spawn: (...args) => process.getBuiltinModule('node:child_process').spawn(...args) };";
    return { code: code.replace(eager, lazy), map: null };
  },
};

// What `start` and `status` load, in one file: a dozen small ones take 2 ms longer.
const EVERYDAY =
  /[\\/]kysely[\\/](?!.*(postgres|mysql))|src[\\/](app|core[\\/](?!reports[\\/])|store[\\/](sql|sqlite|execute|open-store)|intake[\\/]define|config[\\/](cached|configured|defaults|load|paths|store)|cli[\\/](project-actions|find-task|option-values|open-reader|view|commands[\\/](start|status))|agents[\\/]process[\\/](holder|process|linux|darwin)|workspace[\\/]plain)/;

async function writeManual(): Promise<void> {
  rmSync("man", { recursive: true, force: true });
  mkdirSync("man");
  for (const { file, text } of await manualPages(version)) writeFileSync(join("man", file), text);
}

const both = defineConfig({
  platform: "node",
  target: "node24",
  // Dependencies go into the bundle: one file read instead of hundreds is most of a fast start.
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
  define: { ORCHESTRA_VERSION: JSON.stringify(version) },
  dts: false,
  minify: true,
});

export default defineConfig([
  {
    ...both,
    hooks: { "build:done": writeManual },
    plugins: [lazyChildProcess],
    entry: { main: "src/cli/main.ts" },
    // Node loads CommonJS some 8 ms faster, which is a fifth of what a command takes.
    format: "cjs",
    outputOptions: { codeSplitting: { groups: [{ name: "everyday", test: EVERYDAY }] } },
    // Only what this makes: the other programs are made at the same time.
    clean: ["dist/*.cjs", "!dist/*-bridge.cjs"],
  },
  {
    ...both,
    entry: { index: "src/index.ts" },
    format: "esm",
    outDir: "dist/library",
    clean: true,
    onSuccess: () => writeDeclarations("src/index.ts", "dist/library"),
  },
  // Programs of their own, and one file each: what they share with `main` would split that one's chunks.
  {
    ...both,
    entry: { "acp-bridge": "src/agents/acp/bridge/main.ts" },
    format: "cjs",
    clean: false,
  },
  {
    ...both,
    entry: { "codex-bridge": "src/agents/codex/bridge/main.ts" },
    format: "cjs",
    clean: false,
  },
]);
