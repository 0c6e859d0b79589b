import { passes } from "./checks.ts";
import { checkStart } from "./check-start.ts";
import { checkSession } from "./check-steering.ts";
import { countMisdeeds, deedOf, type Deed } from "./deed.ts";
import { addCommit, commitOf } from "./git.ts";
import {
  createOwner,
  end,
  folderOf,
  list,
  machineClock,
  markerOf,
  type Listed,
  type Machine,
} from "./machine.ts";
import { isDiskFull, violate, type Program, type World } from "./world.ts";

/** An agent at work: its processes, and what it has printed. */
export type AgentLife = {
  readonly attemptId: string;
  readonly taskId: string;
  readonly machine: Machine;
  readonly deed: Deed;
  readonly wrapper: Listed;
  readonly agent: Listed;
  readonly startedAtMs: number;
  readonly startedAwakeMs: number;
  outputBytes: number;
  lastOutputAwakeMs: number;
  /** The longest it has been silent before its last output. */
  silenceMs: number;
  /** Whether it hears what it is told while it works, and ends when it is told to. */
  readonly listens: boolean;
  /** Ids of what it was told. */
  readonly heard: Set<string>;
  isTurnOver: boolean;
  /** Whether anybody has tried to end it. */
  isSignalled: boolean;
  /** Its inbox has grown. */
  onInbox: () => void;
};

const SPEAKS_EVERY_MS = 700;

/** The wrapper has claimed the folder, and runs the agent. */
export function beginAgent(
  world: World,
  starter: Program,
  given: {
    readonly attemptId: string;
    readonly wrapper: Listed;
    readonly path: string;
    readonly listens: boolean;
  },
): void {
  const { attemptId, wrapper, path, listens } = given;
  const { machine } = starter;
  const { nowMs, awakeMs } = machineClock(machine, world.scheduler);
  const owner = createOwner(`agent of ${attemptId}`, machine);
  const life: AgentLife = {
    attemptId,
    taskId: taskIdOf(attemptId),
    machine,
    deed: deedOf(world, attemptId),
    wrapper,
    agent: list(machine, world.scheduler, {
      owner,
      marker: markerOf(attemptId),
      leader: wrapper,
      onSignal: (signal) => {
        life.isSignalled = true;
        if (signal === "SIGKILL") kill(world, starter, life);
        else if (!life.deed.ignoresTerm) {
          later(world, life, "obeys", 20, () => leave(world, starter, life, "SIGTERM"));
        }
      },
    }),
    startedAtMs: nowMs(),
    startedAwakeMs: awakeMs(),
    outputBytes: 0,
    lastOutputAwakeMs: awakeMs(),
    silenceMs: 0,
    listens,
    heard: new Set(),
    isTurnOver: false,
    isSignalled: false,
    onInbox: () => undefined,
  };
  checkStart(world, life, path);
  checkSession(world, life);
  world.agents.set(attemptId, life);
  countMisdeeds(world, life.deed);
  act(world, starter, life);
}

function act(world: World, starter: Program, life: AgentLife): void {
  const { deed } = life;
  const part = Math.ceil(deed.takesMs / 3);
  if (!deed.isSilent) speak(world, life);
  if (deed.leavesStraggler) {
    later(world, life, "leaves a straggler", 1, () => straggle(world, life));
  }
  if (deed.work !== "nothing")
    later(world, life, "writes", part, () => {
      // It cannot work on a full disk, and says so only by how it ends.
      if (isDiskFull(world)) leave(world, starter, life, 1);
      else write(world, life);
    });
  if (deed.work !== "leaves") {
    later(world, life, "commits", 2 * part, () => commit(world, life));
  }
  if (!deed.hangs) {
    later(world, life, "ends", 3 * part, () => {
      if (life.listens && deed.exitCode === 0) endTurn(world, starter, life);
      else leave(world, starter, life, deed.exitCode);
    });
  }
}

/** An agent that listens takes in what it was told, and ends only when it is told to. */
function endTurn(world: World, starter: Program, life: AgentLife): void {
  const inbox = folderOf(life.machine, life.attemptId).inbox ?? "";
  const told = [...inbox.matchAll(/^say (\S+)\n/gm)].map(([, id = ""]) => id);
  if (new Set(told).size < told.length)
    violate(world, `${life.attemptId} is told something twice.`);
  const isNew = told.some((id) => !life.heard.has(id));
  for (const id of told) life.heard.add(id);
  if (isNew) {
    life.isTurnOver = false;
    later(world, life, "takes another turn", 50, () => endTurn(world, starter, life));
    return;
  }
  if (inbox.endsWith("\n\n")) return leave(world, starter, life, life.deed.exitCode);
  life.isTurnOver = true;
  life.onInbox = () => {
    life.onInbox = () => undefined;
    later(world, life, "listens", 10, () => endTurn(world, starter, life));
  };
}

function later(
  world: World,
  { agent }: AgentLife,
  label: string,
  delayMs: number,
  run: () => void,
): void {
  world.scheduler.later(agent.owner, label, delayMs, run);
}

/** Says something every now and then, also when it will never end. */
function speak(world: World, life: AgentLife): void {
  later(world, life, "prints", SPEAKS_EVERY_MS, () => {
    const awakeMs = machineClock(life.machine, world.scheduler).awakeMs();
    life.outputBytes += 10;
    life.silenceMs = Math.max(life.silenceMs, awakeMs - life.lastOutputAwakeMs);
    life.lastOutputAwakeMs = awakeMs;
    speak(world, life);
  });
}

function write(world: World, life: AgentLife): void {
  const worktree = worktreeOf(world, life);
  if (!worktree) return;
  const { attemptId, taskId, deed } = life;
  const tip = world.repository.branches.get(worktree.branch) ?? worktree.baseCommit;
  if (deed.work === "conflicts") worktree.dirty.set("shared", `by ${attemptId}`);
  if (deed.work === "clashes") {
    const side = Number(taskId.slice(1)) % 2 === 0 ? "even" : "odd";
    worktree.dirty.set(`clash-${side}`, `clash by ${attemptId}`);
  }
  if (deed.work === "breaks") {
    worktree.dirty.set(`work-${taskId}`, `broken by ${attemptId}`);
    return;
  }
  worktree.dirty.set(`work-${taskId}`, `good by ${attemptId}`);
  if (deed.work === "clashes") return;
  // Whoever does good work also mends what others have left in its way.
  if (passes(commitOf(world.repository, tip).tree)) return;
  for (const [file, content] of commitOf(world.repository, tip).tree) {
    if (/^(broken|clash) /.test(content)) worktree.dirty.set(file, "mended");
  }
}

function commit(world: World, life: AgentLife): void {
  const worktree = worktreeOf(world, life);
  if (!worktree || worktree.dirty.size === 0) return;
  const { repository } = world;
  const tip = repository.branches.get(worktree.branch) ?? worktree.baseCommit;
  const tree = new Map([...commitOf(repository, tip).tree, ...worktree.dirty]);
  repository.branches.set(worktree.branch, addCommit(repository, [tip], tree).id);
  worktree.dirty.clear();
}

/** Where it works; a place that is not its own any more is nothing that it may ever find. */
function worktreeOf(world: World, { machine, taskId, attemptId }: AgentLife) {
  const worktree = machine.worktrees.get(taskId);
  if (worktree?.attemptId === attemptId) return worktree;
  const now = worktree ? `the workspace of ${worktree.attemptId}` : "no workspace";
  violate(world, `The agent of ${attemptId} is alive, and finds itself in ${now}.`);
  return undefined;
}

/** Lives on in a session of its own, and spoils what comes after. */
function straggle(world: World, life: AgentLife): void {
  const { machine, attemptId } = life;
  const owner = createOwner(`straggler of ${attemptId}`, machine);
  const straggler: Listed = list(machine, world.scheduler, {
    owner,
    marker: markerOf(attemptId),
    onSignal: () => end(machine, world.scheduler.nowMs(), straggler),
  });
  const spoil = (): void => {
    worktreeOf(world, life)?.dirty.set("straggler", `at ${world.scheduler.nowMs()}`);
    world.scheduler.later(owner, "writes", 700, spoil);
  };
  world.scheduler.later(owner, "writes", 700, spoil);
}

/** The agent ends, and the wrapper writes down how, if it is there to see it. */
function leave(
  world: World,
  starter: Program,
  life: AgentLife,
  how: number | "SIGTERM" | "SIGKILL",
): void {
  const { machine, wrapper, agent, attemptId } = life;
  end(machine, world.scheduler.nowMs(), agent);
  world.scheduler.later(wrapper.owner, "records the exit", 0, () => {
    const folder = folderOf(machine, attemptId);
    const { nowMs, awakeMs } = machineClock(machine, world.scheduler);
    const isCode = typeof how === "number";
    folder.exit = { exitCode: isCode ? how : undefined, signal: isCode ? undefined : how };
    folder.endedAtMs = nowMs();
    folder.exitUptimeS = awakeMs() / 1_000;
    end(machine, world.scheduler.nowMs(), wrapper);
    world.scheduler.later(starter, `hears that ${attemptId} ended`, 0, () =>
      starter.hintEnd(attemptId),
    );
  });
}

export function kill(world: World, starter: Program, life: AgentLife): void {
  if (life.deed.diesLateMs === 0) {
    leave(world, starter, life, "SIGKILL");
    return;
  }
  later(world, life, "dies at last", life.deed.diesLateMs, () => {
    leave(world, starter, life, "SIGKILL");
  });
}

function taskIdOf(attemptId: string): string {
  return attemptId.slice(0, attemptId.lastIndexOf("-"));
}
