// Works six tasks in a scratch repository, as a person would: by the commands of `orchestra`.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const here = import.meta.dirname;
const bin = resolve(here, "../../bin/orchestra.cjs");
const scratch = mkdtempSync(join(tmpdir(), "orchestra-demo-"));
const project = join(scratch, "till");
const startedAtMs = Date.now();
const env = { ...process.env, ORCHESTRA_HOME: join(scratch, "home") };

say("This demo's agents are small scripts, not models: it needs no account and costs nothing.");
say("All the rest is real: processes, git worktrees, checks, retries, merges.");

step("A repository whose tests fail");
cpSync(join(here, "project"), project, { recursive: true });
writeFileSync(
  join(project, "orchestra.yaml"),
  `agents:
  script:
    adapter: command
    command: ["${process.execPath}", "${join(here, "agent.mjs")}"]
    prompt: stdin
`,
);
git("init", "-q", "-b", "main");
git("config", "user.name", "Demo");
git("config", "user.email", "demo@localhost");
git("add", "-A");
git("commit", "-q", "-m", "Start the till");
say(testsPass() ? "Its tests pass, which they should not yet." : "Its tests fail.");

step("Six tasks, some waiting for others, each with the test that proves it");
orchestra("start", "Write sum", "--id", "sum", ...check("sum"));
orchestra("start", "Write discount", "--id", "discount", "--after", "sum", ...check("discount"));
orchestra(
  "start",
  "Print prices with their currency",
  "--id",
  "currency",
  "--max-retries",
  "0",
  ...check("format"),
);
orchestra("start", "Announce refunds in the features", "--id", "refunds");
orchestra("start", "Announce vouchers in the features", "--id", "vouchers");
orchestra(
  "start",
  "List the features in the README",
  "--id",
  "readme",
  "--after",
  "refunds,vouchers",
);

step("Three at a time, until nothing is left that can be worked");
const needsHuman = orchestra("run", "--parallel", "3");
expect(
  needsHuman === 4,
  `"run" ends with 4, because a task waits for a person (it was ${needsHuman})`,
);

step("One waits for a person; here is the answer, and the work goes on");
orchestra("status");
orchestra("resolve", "currency", "--retry", "-m", "The shop sells in EUR.");
const done = orchestra("run", "--parallel", "3");
expect(done === 0, `"run" ends with 0, because everything is done (it was ${done})`);

step("What happened");
orchestra("status");
say(git("log", "--oneline", "--graph", "main"));
expect(testsPass(), "the tests of the merged branch pass");
expect(attempts("discount") === 2, "discount failed its check, and passed on the retry");
expect(
  attempts("refunds") + attempts("vouchers") === 3,
  "one of refunds and vouchers met a merge conflict, and was done again on top of the other",
);

const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
step(`All six are merged, after ${seconds} s. What to type next`);
say(`  cd ${project}
  export ORCHESTRA_HOME=${env.ORCHESTRA_HOME}
  alias orchestra="'${process.execPath}' '${bin}'"
  orchestra show discount     # both attempts, and the evidence
  orchestra logs vouchers     # what its agent said
  orchestra diff currency

In a repository of your own:
  orchestra init && orchestra start 'Fix …' && orchestra run`);

/** The option that names the test which proves the work. */
function check(test: string): readonly string[] {
  return ["--check", `node --test test/${test}.test.js`];
}

/** Runs a command as a person would type it, and returns its exit code. */
function orchestra(...args: readonly string[]): number {
  say(`$ orchestra ${args.map((arg) => (/\s/.test(arg) ? `'${arg}'` : arg)).join(" ")}`);
  const { status } = spawnSync(process.execPath, [bin, ...args], {
    cwd: project,
    env,
    stdio: "inherit",
  });
  const isExpected = status === 0 || args[0] === "run";
  if (!isExpected) expect(false, `"${args[0]}" ends with 0 (it was ${status})`);
  return status ?? -1;
}

function attempts(id: string): number {
  const shown = execFileSync(process.execPath, [bin, "show", id, "--json"], { cwd: project, env });
  const { attempts: all }: { attempts: unknown[] } = JSON.parse(shown.toString());
  return all.length;
}

function testsPass(): boolean {
  return spawnSync("node", ["--test"], { cwd: project, stdio: "ignore" }).status === 0;
}

function git(...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: project, encoding: "utf8" });
}

function step(title: string): void {
  say(`\n── ${title}`);
}

function expect(isTrue: boolean, what: string): void {
  say(`${isTrue ? "✓" : "✗"} ${what}`);
  if (!isTrue) process.exit(1);
}

function say(text: string): void {
  console.log(text);
}
