import { spawn, type ChildProcess } from "node:child_process";
import { spawnerProgram, type SpawnRequest, type SpawnReport } from "./spawner-program.ts";

/**
 * Starts processes from a small process of its own. To start one copies the tables of the starter's
 * memory, which takes milliseconds for a grown one, in which it does nothing else.
 */
export type Spawner = {
  /** Asks for a shell with these arguments, in a process group and session of its own. */
  readonly spawn: (order: SpawnOrder) => Spawned;
};

export type SpawnOrder = Omit<SpawnRequest, "id"> & {
  /** Told when the shell has ended, unless the spawner ended first. */
  readonly onExit: () => void;
};

/** What is known of an ordered shell so far. */
export type Spawned = { end: SpawnEnd | undefined };

export type SpawnEnd =
  | { readonly kind: "exited"; readonly exitCode: number | undefined }
  /** The operating system refused. */
  | { readonly kind: "refused"; readonly error: Error }
  /** The spawner is gone, and nobody can tell whether the shell was started. */
  | { readonly kind: "lost" };

type Ordered = { readonly order: SpawnOrder; readonly spawned: Spawned };
type Generation = { readonly child: ChildProcess; readonly ordered: Map<number, Ordered> };
type State = { current: Generation | undefined; lastId: number };

/** A spawner that is started when first needed, again when it was killed, and ends with us. */
export function createSpawner(): Spawner {
  const state: State = { current: undefined, lastId: 0 };
  return { spawn: (order) => request(state, order) };
}

function request(state: State, order: SpawnOrder): Spawned {
  const { child, ordered } = (state.current ??= startGeneration(state));
  const { args, cwd, env } = order;
  const id = (state.lastId += 1);
  const spawned: Spawned = { end: undefined };
  ordered.set(id, { order, spawned });
  // A spawner that is gone is told by its own end.
  child.send({ id, args, cwd, env } satisfies SpawnRequest, () => undefined);
  return spawned;
}

function startGeneration(state: State): Generation {
  const child = spawn(process.execPath, ["-e", `(${spawnerProgram.toString()})()`], {
    cwd: "/",
    env: {},
    // A session of its own: a Ctrl-C at our terminal is not meant for it.
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const ordered = new Map<number, Ordered>();
  const generation = { child, ordered };
  const lose = (end: SpawnEnd): void => {
    if (state.current === generation) state.current = undefined;
    for (const { spawned } of ordered.values()) spawned.end = end;
    ordered.clear();
  };
  child.once("error", (error) => lose({ kind: "refused", error }));
  child.once("exit", () => lose({ kind: "lost" }));
  child.on("message", (report: SpawnReport) => take(ordered, report));
  child.unref();
  child.channel?.unref();
  return generation;
}

function take(ordered: Map<number, Ordered>, report: SpawnReport): void {
  const one = ordered.get(report.id);
  ordered.delete(report.id);
  if (!one) return;
  if (report.errno === undefined) {
    one.spawned.end = { kind: "exited", exitCode: report.exitCode };
    one.order.onExit();
  } else {
    const error = Object.assign(new Error("The shell was not started."), { code: report.errno });
    one.spawned.end = { kind: "refused", error };
  }
}
