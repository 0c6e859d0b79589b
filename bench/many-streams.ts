import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { aTask } from "./a-task.ts";
import { BIN, projectWith } from "./a-project.ts";

/** What `orchestra run` takes while a hundred agents print at once: memory, and how long its event loop is held up. */
const AGENTS = 100;
const LINES_A_SECOND = 20;
const SECONDS = 20;
const FIXTURE = join(import.meta.dirname, "../test/fixtures/streams/claude-success.jsonl");

const project = await projectWith(
  Array.from({ length: AGENTS }, (_, index) => aTask(`task-${index}`, "claude")),
);
const [agent, monitor, told] = ["agent.pl", "monitor.cjs", "told.json"].map((name) =>
  join(project, ".orchestra", name),
) as [string, string, string];
// All but the last line, which tells the end, again and again.
writeFileSync(
  agent,
  `$| = 1; open F, "<", "${FIXTURE}"; @lines = <F>; $end = pop @lines;
for $n (1 .. ${LINES_A_SECOND * SECONDS}) { print $lines[$n % @lines]; select undef, undef, undef, ${1 / LINES_A_SECOND}; }
open W, ">", "work.txt"; print W $$; print $end;`,
);
writeFileSync(
  monitor,
  `const { monitorEventLoopDelay } = require("node:perf_hooks");
const delay = monitorEventLoopDelay({ resolution: 2 });
delay.enable();
process.on("exit", () => {
  if (process.argv[2] !== "run") return;
  const ms = (ns) => ns / 1e6;
  const { maxRSS } = process.resourceUsage();
  const told = { p99Ms: ms(delay.percentile(99)), maxMs: ms(delay.max), maxRssMb: maxRSS / 1024 };
  require("node:fs").writeFileSync(${JSON.stringify(told)}, JSON.stringify(told));
});`,
);
writeFileSync(
  join(project, "orchestra.yaml"),
  JSON.stringify({
    agents: { claude: { command: ["perl", agent] } },
    limits: { parallel: AGENTS },
    merge: { enabled: false },
  }),
);
const run = spawn(process.execPath, ["--require", monitor, BIN, "run", "--json"], {
  cwd: project,
  stdio: ["ignore", "ignore", "inherit"],
});
const [exitCode] = await once(run, "exit");
const figures = JSON.parse(readFileSync(told, "utf8"));
console.log(
  `${AGENTS} agents that print ${LINES_A_SECOND} lines a second each: ${figures.maxRssMb.toFixed(0)} MB at most, ` +
    `event loop p99 ${figures.p99Ms.toFixed(1)} ms, at most ${figures.maxMs.toFixed(0)} ms (exit code ${exitCode})`,
);
rmSync(project, { recursive: true });
