import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { command, projectWith } from "./a-project.ts";
import { aTask } from "./a-task.ts";
import { interleaved } from "./measure.ts";

/** What a person waits for when typing a command, against Node doing nothing. */
const ROUNDS = 15;
const SIZES = [0, 1_000, 10_000];

for (const size of SIZES) {
  const project = await projectWith(
    Array.from({ length: size }, (_, index) => aTask(`old-${index}`)),
  );
  const nextId = counter();
  const run =
    (...args: readonly string[]) =>
    (): void =>
      command(project, args);
  const started: string[] = [];
  const figures = await interleaved(ROUNDS, {
    bare: () => void spawnSync(process.execPath, ["-e", "0"]),
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

function counter(): () => number {
  let count = 0;
  return () => (count += 1);
}
