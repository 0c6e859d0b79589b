import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealProject } from "./agents/real-project.ts";

/** An agent that is at work for as long as a test wants it to be. */
export type HeldAgent = {
  /** The command of its script that tells that it has come there, and waits: at most 25 s. */
  readonly waits: string;
  /** Resolves when it has come there. */
  readonly began: () => Promise<void>;
  /** Lets it go on. */
  readonly goOn: () => Promise<void>;
};

/** Holds one agent, once. */
export function holdAgent(project: RealProject): HeldAgent {
  const pipes = ["began", "go-on"].map((name) => join(project.root, "..", name));
  for (const pipe of pipes) execFileSync("mkfifo", [pipe]);
  const [began = "", goOn = ""] = pipes;
  return {
    waits: `timeout 25 sh -c "echo > ${began}; cat ${goOn}"`,
    began: async () => void (await readFile(began)),
    goOn: async () => writeFile(goOn, ""),
  };
}
