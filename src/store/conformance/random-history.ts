import { decide } from "../../core/decide.ts";
import type { Command } from "../../core/commands.ts";
import { evolveAll } from "../../core/evolve.ts";
import { scopeOf } from "../../core/scope.ts";
import { EMPTY_STATE, type State } from "../../core/state.ts";
import { commandOf } from "../../core/testing/command-of.ts";
import type { Move } from "../../core/testing/moves.ts";
import type { Store } from "../store.ts";

export const RUN_IDS = ["queue", "second"] as const;

/** Makes the moves, as far as they are possible when their turn comes; returns the time after them. */
export async function play(store: Store, moves: readonly Move[]): Promise<number> {
  let state = EMPTY_STATE;
  let nowMs = 1_000;
  const opening: Command = { type: "create_run", runId: "second", objective: "Do it.", nowMs };
  for (const move of [undefined, ...moves]) {
    nowMs += 1 + (move?.elapsedMs ?? 0);
    const command = move === undefined ? opening : commandIn(state, move, nowMs);
    if (command === undefined) continue;
    const outcome = await store.transact(scopeOf(command), (part) => decide(part, command));
    if (outcome.kind === "committed") state = evolveAll(state, outcome.events);
  }
  return nowMs;
}

/** The command of a move in `state`, with tasks in more than one run. */
function commandIn(state: State, move: Move, nowMs: number): Command | undefined {
  const command = commandOf(state, move, nowMs);
  if (command?.type !== "add_tasks") return command;
  return { ...command, runId: RUN_IDS[move.pick % RUN_IDS.length] ?? command.runId };
}
