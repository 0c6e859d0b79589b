import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { BIN, command, projectWith } from "./a-project.ts";
import { aTask } from "./a-task.ts";
import { interleaved } from "./measure.ts";

/** What a person waits for when typing a command, against Node doing nothing. */
const ROUNDS = 15;
const SIZES = [0, 1_000, 10_000];
/** Commands that only look, or that say no; each as it is typed. */
const LOOKS = [
  "ps",
  "show old-1",
  "deps show old-1",
  "deps graph",
  "cost",
  "compare old-1",
  "replay --at 1",
  "timeout list",
  "daemon status",
  "config show",
  "agents list",
  "recover",
  "archive --dry-run",
  "clean --dry-run",
  "completion bash",
  "doctor",
  "--help",
];
const LOOKS_SIZE = 1_000;
const LOOKS_ROUNDS = 7;

for (const size of SIZES) {
  const project = await projectOf(size);
  const nextId = counter();
  const run =
    (...args: readonly string[]) =>
    (): void =>
      command(project, args);
  const started: string[] = [];
  const figures = await interleaved(ROUNDS, {
    bare,
    start: () => {
      const id = `new-${nextId()}`;
      command(project, ["start", "Do nothing", "--id", id]);
      started.push(id);
    },
    status: run("status"),
    cancel: () => command(project, ["cancel", started.pop() ?? ""]),
  });
  const ratio = (name: "start" | "status" | "cancel"): string =>
    `${name} ${figures[name].toFixed(0)} ms, ${(figures[name] / figures.bare).toFixed(2)}×`;
  console.log(
    `commands at ${size} tasks: ${ratio("start")}; ${ratio("status")}; ${ratio("cancel")}; bare node ${figures.bare.toFixed(0)} ms (medians of ${ROUNDS})`,
  );
  rmSync(project, { recursive: true });
}

const project = await projectOf(LOOKS_SIZE);
const figures = await interleaved(LOOKS_ROUNDS, {
  bare,
  ...Object.fromEntries(LOOKS.map((line) => [line, () => look(project, line)])),
});
const ratios = Object.entries<number>(figures)
  .filter(([name]) => name !== "bare")
  .map(([name, ms]) => `${name} ${(ms / figures.bare).toFixed(2)}×`);
console.log(
  `other commands at ${LOOKS_SIZE} tasks against bare node, ${figures.bare.toFixed(0)} ms: ${ratios.join("; ")} (medians of ${LOOKS_ROUNDS})`,
);
rmSync(project, { recursive: true });

async function projectOf(size: number): Promise<string> {
  return projectWith(Array.from({ length: size }, (_, index) => aTask(`old-${index}`)));
}

function bare(): void {
  spawnSync(process.execPath, ["-e", "0"]);
}

/** Whatever it finds: `doctor` finds no agent here, and `daemon status` nobody. */
function look(cwd: string, line: string): void {
  spawnSync(process.execPath, [BIN, ...line.split(" ")], { cwd });
}

function counter(): () => number {
  let count = 0;
  return () => (count += 1);
}
