import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { OrchestraError } from "../../core/errors.ts";
import { add } from "../../store/conformance/builders.ts";
import { openMemoryStore } from "../../store/memory/memory-store.ts";
import type { Store } from "../../store/store.ts";
import { systemClock } from "../../system-clock.ts";
import { openCli } from "../cli.ts";
import { withLog } from "../log-file.ts";
import { showProgress } from "./progress.ts";

const sleep: typeof systemClock.sleep = async (ms, signal) =>
  systemClock.sleep(Math.min(ms, 5), signal);

test("progress that cannot be shown for a while says so once, and goes on where it was", async () => {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-progress-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const log = join(folder, "log");
  const cli = withLog({ ...openCli(process, false), clock: { ...systemClock, sleep } }, log);
  const store = openMemoryStore();
  await add(store, ["early"]);
  const outage = { isOn: false };
  const events: Store["events"] = async (...args) => {
    if (outage.isOn) throw new OrchestraError("STORE_UNAVAILABLE", "It is away.");
    return store.events(...args);
  };
  const over = new AbortController();
  const showing = showProgress(cli, { ...store, events }, over.signal);
  const shown = (): string => readFileSync(log, "utf8");

  await add(store, ["one"]);
  await expect.poll(shown).toContain("one  queued");
  outage.isOn = true;
  await add(store, ["two"]);
  await expect.poll(shown).toContain("progress cannot be shown for now: It is away.");
  outage.isOn = false;
  await expect.poll(shown).toContain("two  queued");
  over.abort();
  await showing;
  expect(shown().match(/queued|cannot/g)).toEqual(["queued", "cannot", "queued"]);
});
