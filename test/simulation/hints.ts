import type { Bus, Hint } from "../../src/cluster/bus.ts";
import { createInProcessBus } from "../../src/cluster/in-process-bus.ts";
import type { RecordedEvent } from "../../src/core/events.ts";
import { isGone } from "./scheduler.ts";
import { goesWrong, type Program, type World } from "./world.ts";

/** A bus that loses, repeats and reorders. */
export function simulatedBus(world: World, program: Program): Bus {
  const bus = createInProcessBus();
  const publish = (hint: Hint): void => {
    const label = `hears ${hint.kind}`;
    hintSometime(world, program, { label, isOwn: true }, () => bus.publish(hint));
  };
  program.hintEnd = (folder) => publish({ kind: "process_ended", folder });
  return { ...bus, publish };
}

/** Tells every process that something was committed; of what it did itself, what that was. */
export function announce(world: World, events: readonly RecordedEvent[] | undefined): void {
  for (const program of world.programs) {
    const isOwn = program === world.writer;
    const told = isOwn ? events : undefined;
    if (!isOwn) program.hasNews = true;
    for (const listener of program.watchers) {
      const hear = (): void => listener(told);
      hintSometime(world, program, { label: "hears of a commit", isOwn }, hear);
    }
  }
}

function hintSometime(
  world: World,
  program: Program,
  { label, isOwn }: { readonly label: string; readonly isOwn: boolean },
  hint: () => void,
): void {
  if (isGone(program)) return;
  const { stream } = world.trouble;
  if (goesWrong(world, world.scenario.pace.lost, "lost hint")) return;
  if (goesWrong(world, 0.1, "hint that comes twice")) {
    world.scheduler.later(program, `${label} again`, stream.below(2_000), hint);
  }
  const isLate = goesWrong(world, 0.2, "late hint");
  if (!isLate && isOwn) hint();
  else world.scheduler.later(program, label, isLate ? stream.below(300) : 0, hint);
}
