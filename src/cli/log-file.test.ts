import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCli } from "./cli.ts";
import { LOG_BYTES_MAX, withLog } from "./log-file.ts";

test("a log that has grown long becomes the one before it", () => {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-log-"));
  const file = join(folder, "daemon.log");
  const { terminal } = withLog(openCli(process, false), file);
  terminal.say("one\ntwo");
  expect(readFileSync(file, "utf8")).toMatch(/^\d{4}-.*Z {2}one\n {2}two\n$/);
  terminal.note("x".repeat(LOG_BYTES_MAX));
  terminal.note("after");
  expect(statSync(`${file}.1`).size).toBeGreaterThan(LOG_BYTES_MAX);
  expect(readFileSync(file, "utf8")).toMatch(/Z {2}after\n$/);
  rmSync(folder, { recursive: true });
});
