import { isLive, taskIdOf } from "../../src/core/attempt.ts";
import type { RecordedEvent } from "../../src/core/events.ts";
import { holdUp, interrupt, killProgram, pauseProgram } from "./faults.ts";
import {
  someoneAdds,
  someoneChangesTheirMind,
  someoneHasMoreToSay,
  someoneIsPatient,
  someoneRegrets,
} from "./people.ts";
import { isGone, type Owner } from "./scheduler.ts";
import type { Strike } from "./strike.ts";
import { countFault, goesWrong, livingPrograms, type Program, type World } from "./world.ts";

/** Above what an agent may be silent for, and below what a lease lives. */
const SLOW_MS = 6_000;
/** Enough; if it never ended, nothing would ever come to its end. */
const STRIKES_MAX = 12;
/** What a person does becomes telling when it is done before the step is over. */
const SLOW: readonly Strike["kind"][] = [
  "slow",
  "lateTask",
  "changeOfMind",
  "killAndCancel",
  "moreToSay",
];
const INSPECTS = "inspects ";
const LISTS = "lists workspaces";
const REMOVES = "removes the workspace of ";

/** Lets this scenario's strikes hit whoever comes to their moment. */
export function armStrikes(world: World): void {
  const stream = world.choices.stream("struck");
  let left = STRIKES_MAX;
  const isHit = ({ probability }: Strike): boolean => {
    if (world.trouble.isOver || left === 0 || !stream.chance(probability)) return false;
    left -= 1;
    return true;
  };
  world.strike = (owner, moment) => {
    const program = programOf(world, owner);
    if (!program) return 0;
    let delayMs = 0;
    if (moment.startsWith(REMOVES) && someoneRegrets(world, moment.slice(REMOVES.length))) {
      delayMs += stream.below(SLOW_MS);
    }
    if (moment === LISTS && isNothingLeft(world) && stream.chance(0.5)) {
      someoneAdds(world);
      delayMs += stream.below(SLOW_MS);
    }
    if (moment.startsWith(INSPECTS) && world.scenario.rates.timing > 0) {
      someoneIsPatient(world, taskIdOf(moment.slice(INSPECTS.length)));
    }
    for (const strike of world.scenario.strikes) {
      if (!moment.startsWith(strike.moment) || !isHit(strike)) continue;
      world.note(`! ${strike.kind} as ${program.name} ${moment}`);
      STRIKES[strike.kind](world, program, moment);
      if (SLOW.includes(strike.kind)) delayMs += stream.below(SLOW_MS);
    }
    return delayMs;
  };
}

/** Just before the queue is left as empty, in scenarios in which people add tasks late. */
function isNothingLeft({ scenario, state, trouble }: World): boolean {
  const isOpen = [...state.attempts.values()].some((attempt) => isLive(attempt.state));
  return scenario.rates.lateTask > 0 && !trouble.isOver && !isOpen;
}

/** What was written is a moment, too: of whoever wrote it, and of the process that works the queue. */
export function strikeAt(world: World, event: RecordedEvent): void {
  const working = livingPrograms(world).find(({ isDispatcher }) => isDispatcher);
  if (working) world.strike(working, event.type);
  if (world.writer && world.writer !== working) world.strike(world.writer, event.type);
  const { rates } = world.scenario;
  const isProven = event.type === "attempt_finished" && rates.steering > 0;
  if (isProven && goesWrong(world, 0.15)) someoneHasMoreToSay(world);
  const isAtOnce = event.type === "attempt_ended" && world.trouble.stream.chance(0.4);
  if (isAtOnce) someoneRegrets(world, event.taskId);
}

function programOf(world: World, owner: Owner): Program | undefined {
  return [...world.programs].find((program) => program === owner && !isGone(program));
}

/** The task that a moment is about, if it is about an attempt. */
function taskOfMoment(moment: string): string | undefined {
  return /(\S+)-\d+$/.exec(moment)?.[1];
}

type Hit = (world: World, program: Program, moment: string) => void;

const STRIKES: Readonly<Record<Strike["kind"], Hit>> = {
  slow: (world) => countFault(world, "delay"),
  kill: killProgram,
  killAndCancel: (world, program, moment) => {
    someoneChangesTheirMind(world, taskOfMoment(moment));
    killProgram(world, program);
  },
  pause: pauseProgram,
  holdUp,
  interrupt,
  changeOfMind: (world, _program, moment) => someoneChangesTheirMind(world, taskOfMoment(moment)),
  lateTask: someoneAdds,
  moreToSay: someoneHasMoreToSay,
};
