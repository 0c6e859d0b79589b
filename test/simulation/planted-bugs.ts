/** One place of the source, as it is and as somebody might have got it wrong. */
export type Bug = { readonly file: string; readonly right: string; readonly wrong: string };

/** Bugs that the simulation has to find, by what they do. */
export const BUGS: Readonly<Record<string, Bug>> = {
  "a late write is taken, however old its epoch": {
    file: "src/core/decide-attempt.ts",
    right: "if (task.epoch !== command.epoch || !isLive(attempt.state)) {",
    wrong: "if (!isLive(attempt.state)) {",
  },
  "an attempt is accepted twice": {
    file: "src/core/decide-attempt.ts",
    right: "if (task.epoch !== command.epoch || !isLive(attempt.state)) {",
    wrong: "if (false) {",
  },
  "an attempt is finished twice": {
    file: "src/core/decide-attempt.ts",
    right: 'if (task.state !== "active") return accept([]);',
    wrong: "",
  },
  "an attempt that is being stopped keeps its epoch": {
    file: "src/core/evolve-task.ts",
    right: '  "attempt_stopping",\n',
    wrong: "",
  },
  "events are kept without what they change": {
    file: "src/store/memory/draft.ts",
    right: "applyAll(state, decision.events)",
    wrong: "applyAll(state, decision.events.slice(0, 3))",
  },
  "an event is lost": {
    file: "src/store/memory/draft.ts",
    right: "    log.push(event);",
    wrong: '    if (event.type !== "attempt_reported") log.push(event);',
  },
  "an older dispatcher goes on assigning": {
    file: "src/store/memory/draft.ts",
    right: "scope.dispatcherTerm !== lease?.term",
    wrong: "false",
  },
  "a dispatcher forgets to say which term it is": {
    file: "src/engine/dispatcher.ts",
    right: "dispatcherTerm: deps.lease.term",
    wrong: "",
  },
  "the dispatcher lease is taken from the living": {
    file: "src/core/lease.ts",
    right: 'holder === "dead") return true;',
    wrong: 'holder !== "alive") return true;',
  },
  "a dependency that is not complete counts as if it were": {
    file: "src/core/decide-task.ts",
    right: 'state.tasks.get(id)?.state !== "complete"',
    wrong: "state.tasks.get(id) === undefined",
  },
  "one complete dependency is enough": {
    file: "src/core/consequences.ts",
    right: "dependent.pendingDependencies === 1",
    wrong: "dependent.pendingDependencies >= 1",
  },
  "a process is known by its pid alone": {
    file: "src/agents/process/members.ts",
    right:
      "table.bootId() === identity.bootId && table.find(identity.pid)?.startTime === identity.startTime",
    wrong: "table.find(identity.pid) !== undefined",
  },
  "a process that was started before belongs to the group": {
    file: "src/agents/process/members.ts",
    right: "if (isGroupStillIts(seen, origin, group, sure))",
    wrong: "if (true)",
  },
  "limits are passed as soon as a node starts": {
    file: "src/cluster/node/watch-attempt.ts",
    right: "await deps.folders.life(attempt.id, deps.clock.awakeMs())",
    wrong: "await deps.folders.life(attempt.id, 0)",
  },
  "a machine that slept counts as a silent agent": {
    file: "src/cluster/node/watch-attempt.ts",
    right: "  const awakeMs = deps.clock.awakeMs();\n  // The state",
    wrong: "  const awakeMs = deps.clock.nowMs();\n  // The state",
  },
  "a node that is held up takes the agent for silent": {
    file: "src/cluster/node/watch-attempt.ts",
    right: "await limitPassed(watch, awakeMs)",
    wrong: "await limitPassed(watch, deps.clock.awakeMs())",
  },
  "an attempt ends before its processes": {
    file: "src/cluster/node/finish-attempt.ts",
    right: "  await endProcesses(deps, attempt, graceMs);\n",
    wrong: "",
  },
  "a start that is on its way goes on when its attempt is stopped": {
    file: "src/cluster/node/work-attempt.ts",
    right: "?? (await endLateStart(deps, attempt))",
    wrong: "",
  },
  "what cannot be killed counts as dead": {
    file: "src/cluster/node/deps.ts",
    right: "if (isProvenDead) return;",
    wrong: "return;",
  },
  "a workspace is tidied away while its agent is alive": {
    file: "src/engine/tidy-workspaces.ts",
    right: "isLive(attempt.state))",
    wrong: "false)",
  },
  "an attempt is accepted before its commands have run": {
    file: "src/cluster/node/finish-attempt.ts",
    right: "if (commands.length === 0)",
    wrong: "if (commands.length >= 0)",
  },
  "checks that were broken off count as passed": {
    file: "src/cluster/node/finish-attempt.ts",
    right: "  if (signal.aborted) return false;\n  if (first",
    wrong: "  if (first",
  },
  "checks that were broken off count as failed": {
    file: "src/cluster/node/finish-attempt.ts",
    right: "  if (signal.aborted) return false;\n  const evidence",
    wrong: "  const evidence",
  },
  "merged work is not checked again": {
    file: "src/merge/merge-one.ts",
    right: "evidence.find((one) => !one.passed)",
    wrong: "undefined",
  },
  "a target branch that moved is taken for merged": {
    file: "src/merge/merge-one.ts",
    right: 'if (advance.kind === "moved") return "moved";',
    wrong: "",
  },
  "one merge that fails holds up all others": {
    file: "src/merge/merge-queue.ts",
    right: "await mergeOrDefer(deps, entry, dirty, signal)",
    wrong: "await mergeOne(deps, entry, signal)",
  },
  "a node runs more than it has room for": {
    file: "src/core/schedule.ts",
    right: "node.capacity - count(",
    wrong: "node.capacity - 0 * count(",
  },
  "an agent runs more often than it may": {
    file: "src/core/schedule.ts",
    right: "freeByAgent.set(agent, freeOfAgent - 1);",
    wrong: "",
  },
  "a task is retried for ever": {
    file: "src/core/retry.ts",
    right: "task.failureCount > task.limits.maxRetries",
    wrong: "false",
  },
  "a store that is away for a moment ends the queue": {
    file: "src/engine/run-queue.ts",
    right: '    deps.onProblem("merging", error);\n    return undefined;',
    wrong: "    throw error;",
  },
  "a queue is left as empty although a loop goes on": {
    file: "src/engine/run-queue.ts",
    right: "|| (await isStillEmpty(deps, end.deferredMerges))",
    wrong: "|| true",
  },
  "the workspace of an attempt is removed by who does not know of it": {
    file: "test/simulation/workspaces.ts",
    right: "  if (worktree && !branches.includes(worktree.branch)) return;\n",
    wrong: "",
  },
  "a node takes up again what ended while it looked": {
    file: "src/cluster/node/run-node.ts",
    right: "if (!ended.has(one.attempt.id)) ",
    wrong: "",
  },
  "a node waits for a hint that was lost": {
    file: "src/cluster/node/run-node.ts",
    right: "const LOOK_EVERY_MS = 2_000;",
    wrong: "const LOOK_EVERY_MS = 1e12;",
  },
  "a parked task is never let back in": {
    file: "src/engine/dispatcher.ts",
    right: "pass.nextDueMs > nowMs",
    wrong: "pass.nextDueMs > 0",
  },
  "more time is for one attempt alone": {
    file: "src/core/evolve-task.ts",
    right: "return { limits: { ...task.limits, timeoutMs: event.timeoutMs } };",
    wrong: "return {};",
  },
  "a time limit that a person ended counts as none": {
    file: "src/cluster/node/watch-attempt.ts",
    right: "limitsOf(task, watch.timeoutMs())",
    wrong: "limitsOf(task, watch.timeoutMs() || undefined)",
  },
  "whoever works an attempt does not hear that its time is up": {
    file: "src/cluster/node/run-node.ts",
    right: "  work.timeoutMs = timeoutMs;\n",
    wrong: "",
  },
  "the time that is called up is that of all later attempts": {
    file: "src/core/decide-timeout.ts",
    right: '{ type: "attempt_timeout_set", ...common, attemptId: attempt.id, timeoutMs: 0 }',
    wrong: '{ type: "task_timeout_set", ...common, timeoutMs: 0 }',
  },
  "a message counts as heard that its agent was never given": {
    file: "src/core/decide-attempt.ts",
    right: "    .filter((id) => heard.includes(id));",
    wrong: "",
  },
  "a session that goes on is told again what it has heard": {
    file: "src/core/prompt.ts",
    right: "unheard(task))}\\n`",
    wrong: "task.messages ?? [])}\\n`",
  },
  "a task is completed over a message that nobody has heard": {
    file: "src/core/decide-attempt.ts",
    right: "if (unheard(task).length > 0) {",
    wrong: "if (false) {",
  },
  "a paused task is dispatched": {
    file: "src/core/schedule.ts",
    right: "return pausedAtMs === undefined ? parkedUntilMs : PAUSE_END_MS;",
    wrong: "return parkedUntilMs;",
  },
  "a resume costs a retry": {
    file: "src/core/evolve-task.ts",
    right: "return { pausedAtMs: undefined };",
    wrong: "return { pausedAtMs: undefined, failureCount: task.failureCount + 1 };",
  },
  "a pause costs a retry": {
    file: "src/cluster/node/finish-attempt.ts",
    right: "return goOn(subject, life, life.reason);",
    wrong:
      'return failed(subject, life, { work, summary }, "failed", { class: "process_crash", message: "" });',
  },
  "an interrupt reaches the next attempt": {
    file: "src/cluster/node/watch-attempt.ts",
    right: "read.unheard.some(",
    wrong: "watch.saidLater().some(",
  },
  "a pause loses the session": {
    file: "src/core/failure.ts",
    right: 'cancelled: { costs: "human", resumable: true,',
    wrong: 'cancelled: { costs: "human", resumable: false,',
  },
  "the workspace of a paused task is tidied away": {
    file: "src/engine/tidy-workspaces.ts",
    right: "tasks.filter((task) => hasEnded(task.state))",
    wrong: "tasks.filter((task) => hasEnded(task.state) || task.pausedAtMs !== undefined)",
  },
  "a task is started on an agent that is held": {
    file: "src/core/schedule.ts",
    right: "const agent = agentFor(task, supply.nowMs, supply.agentHolds);",
    wrong: "const agent: string | undefined = task.agent;",
  },
  "a usage limit is forgotten, and a failover goes round for ever": {
    file: "src/core/evolve-task.ts",
    right: "if (agent === undefined || untilMs === undefined) return NOTHING;",
    wrong: "return NOTHING;",
  },
  "a usage limit costs a retry": {
    file: "src/core/failure.ts",
    right: 'quota: { costs: "wait",',
    wrong: 'quota: { costs: "retry",',
  },
};
