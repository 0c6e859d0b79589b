// Loaded before `orchestra`, this kills it between two of its effects on the world: CRASH_AT is the
// number of an effect, counted from the start, and CRASH_WHEN says where it ends: "before" it, when
// it has "begun" and goes on without us, or when it is "torn" in the middle. CRASH_LOG is told what
// was hit; without CRASH_AT nothing is, and every effect is told.
"use strict";

const childProcess = require("node:child_process");
const fs = require("node:fs");
const { DatabaseSync } = require("node:sqlite");

const { CRASH_AT, CRASH_WHEN, CRASH_LOG, CRASH_TORN_AFTER_MS = "3" } = process.env;
const target = Number(CRASH_AT ?? Number.NaN);
const log = fs.openSync(CRASH_LOG, "a");
const { existsSync, lstatSync, readdirSync, rmSync, writeFileSync, writeSync } = fs;
const kill = process.kill.bind(process);
let count = 0;

/** `ways` are those of beginning it that CRASH_WHEN may name. */
function effect(kind, detail, ways) {
  count += 1;
  const isHit = count === target;
  if (!isHit && CRASH_AT !== undefined) return;
  if (isHit) attempt(ways[CRASH_WHEN]);
  const whens = ["before", ...Object.keys(ways)];
  writeSync(log, `${JSON.stringify({ number: count, kind, detail, whens })}\n`);
  if (isHit) kill(process.pid, "SIGKILL");
}

/** What fails half done has failed; it is over then anyway. */
function attempt(way = () => undefined) {
  try {
    way();
  } catch {
    return;
  }
}

/** `describe` returns nothing for a call that changes nothing. */
function watch(owner, name, describe, waysOf = () => ({})) {
  const original = owner[name];
  owner[name] = function (...args) {
    const detail = describe(...args);
    if (detail !== undefined) {
      effect(
        name.replace("Sync", ""),
        detail,
        waysOf(args, () => original.apply(this, args)),
      );
    }
    return original.apply(this, args);
  };
}

const any = (path) => String(path);
const ifThere = (path) => (lstatSync(path, { throwIfNoEntry: false }) ? String(path) : undefined);
const ifNotThere = (path) => (existsSync(path) ? undefined : String(path));

const writing = ([path, data, options]) => ({
  torn: () => writeFileSync(path, String(data).slice(0, String(data).length / 2), options),
});
const removing = ([path, options]) => {
  if (!lstatSync(path).isDirectory()) return {};
  const names = readdirSync(path).slice(0, Math.ceil(readdirSync(path).length / 2));
  return { torn: () => names.forEach((name) => rmSync(`${path}/${name}`, options)) };
};

const FILE_EFFECTS = {
  writeFile: [any, writing],
  rm: [ifThere, removing],
  mkdir: [ifNotThere],
  ...Object.fromEntries(
    ["rename", "mkdtemp", "unlink", "symlink", "copyFile", "cp", "truncate"].map((name) => [
      name,
      [any],
    ]),
  ),
};
for (const [name, [describe, waysOf]] of Object.entries(FILE_EFFECTS)) {
  watch(fs.promises, name, describe, waysOf);
  watch(fs, `${name}Sync`, describe, waysOf);
}

watch(DatabaseSync.prototype, "exec", (sql) => (sql === "commit" ? sql : undefined));

const LOOKS =
  /^(rev-parse|rev-list|ls-files|merge-base|diff|diff-index|log|status|show-ref|for-each-ref|symbolic-ref|worktree list|config --get)\b/;
function withoutLooks(file, args = []) {
  if (file !== "git") return "a process that starts others";
  const words = args.filter((word, index) => word !== "-c" && args[index - 1] !== "-c").join(" ");
  return LOOKS.test(words) ? undefined : `git ${words}`;
}
const starting = ([file], start) => ({
  begun: start,
  ...(file === "git" && {
    torn: () => {
      const { pid } = start();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(CRASH_TORN_AFTER_MS));
      kill(-pid, "SIGKILL");
    },
  }),
});
watch(childProcess, "spawn", withoutLooks, starting);

const ordering = (_args, send) => ({ begun: send });
const { spawn } = childProcess;
childProcess.spawn = function (...args) {
  const child = spawn.apply(this, args);
  if (child.send) watch(child, "send", () => "an order to start a process", ordering);
  return child;
};

watch(process, "kill", (pid, signal) =>
  signal === 0 ? undefined : `${signal} to ${pid < 0 ? "a group" : "a process"}`,
);
