import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createProject } from "./agents/real-project.ts";

const FOLDER = "man";
const GROFF = "/usr/bin/groff";
const { version }: { version: string } = JSON.parse(readFileSync("package.json", "utf8"));

test("there is a page for every command, which says what its help says", async () => {
  using project = createProject("checks: []\n");
  const { stdout } = await project.orchestra("--help");
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) (?=[[<\s])/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "help");
  const pages = ["orchestra.1", ...commands.map((name) => `orchestra-${name}.1`)];
  expect(readdirSync(FOLDER).toSorted()).toEqual(pages.toSorted());
  const page = readFileSync(join(FOLDER, "orchestra-retry.1"), "utf8");
  expect(page).toContain(`.TH ORCHESTRA\\-RETRY 1 "" "orchestra ${version}" "Orchestra"`);
  for (const part of [
    ".SH NAME\norchestra\\-retry \\- send a task back to work",
    ".B \\-m, \\-\\-note <text>\nwhat to do differently; the agent is told",
    "orchestra retry k3f9 \\-m \\(aqUse the v2 API\\(aq",
    ".B 75\nunavailable now",
    ".PP\nEvery command takes \\-\\-json, \\-\\-store <url>, \\-\\-debug, too: see\n.BR orchestra (1).",
  ]) {
    expect(page).toContain(part);
  }
});

test("groff has nothing against any of them", async (context) => {
  context.skip(!existsSync(GROFF), "It is not here.");
  for (const name of readdirSync(FOLDER)) {
    const args = ["-k", "-man", "-ww", "-Tutf8", "-z", join(FOLDER, name)];
    expect({ name, ...(await promisify(execFile)(GROFF, args)) }).toEqual({
      name,
      stdout: "",
      stderr: "",
    });
  }
});
