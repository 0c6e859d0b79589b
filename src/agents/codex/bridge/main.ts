import { parseArgs } from "node:util";
import { runBridge } from "./run-bridge.ts";

declare const ORCHESTRA_VERSION: string | undefined;

// No top-level await: the bundle is CommonJS.
void main(process.argv.slice(2)).then((code) => {
  // Whatever may still be open, such as an input that nobody closes, is nothing to wait for: only that
  // all that was said is written.
  process.stdout.write("", () => process.exit(code));
});

/** The bridge's command line: `--prompt FILE --id ID [--model M] [--resume ID] [--own-sandbox] -- CODEX …`. */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      prompt: { type: "string", default: "" },
      id: { type: "string", default: "" },
      model: { type: "string" },
      resume: { type: "string" },
      "own-sandbox": { type: "boolean", default: false },
    },
  });
  const options = {
    command: positionals,
    promptFile: values.prompt,
    promptId: values.id,
    model: values.model,
    resumeThreadId: values.resume,
    hasOwnSandbox: values["own-sandbox"],
    version: typeof ORCHESTRA_VERSION === "string" ? ORCHESTRA_VERSION : "0.0.0-source",
  };
  return runBridge(options, {
    cwd: process.cwd(),
    input: process.stdin,
    say: (line) => void process.stdout.write(`${JSON.stringify({ atMs: Date.now(), ...line })}\n`),
    complain: (why) => void process.stderr.write(`error: ${why}\n`),
  });
}
