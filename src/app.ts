import { agentSettings } from "./config/agent-settings.ts";
import { machineProcessTable } from "./agents/process/process-table.ts";
import { join } from "node:path";
import type { Agent, NodeDeps } from "./cluster/node/deps.ts";
import type { AgentSettings, Config } from "./config/config.ts";
import type { Environment } from "./config/environment.ts";
import { cachedConfig } from "./config/cached-config.ts";
import { sharingCloneId } from "./config/clone-id.ts";
import { makeStateFolder, projectPaths } from "./config/paths.ts";
import { sameProvider } from "./config/same-provider.ts";
import { storeLocation, type StoreLocation } from "./config/store-location.ts";
import type { Clock } from "./core/clock.ts";
import { OrchestraError } from "./core/errors.ts";
import type { HeldLease } from "./engine/dispatcher-lease.ts";
import type { QueueDeps } from "./engine/run-queue.ts";
import { openStore } from "./store/open-store.ts";
import type { ArchiveDeps } from "./store/archive/archive.ts";
import type { Store } from "./store/store.ts";
import { systemClock } from "./system-clock.ts";
import type { RepositoryFacts } from "./workspace/inspect-repository.ts";
import { plainRepository } from "./workspace/plain-repository.ts";
import type { Workspaces } from "./workspace/workspace.ts";
import type { WorktreesDeps } from "./workspace/worktrees-deps.ts";

/** A project that is open for work: its configuration, its blackboard, this machine. */
export type Project = {
  readonly root: string;
  readonly repository: RepositoryFacts;
  readonly environment: Environment;
  readonly config: Config;
  /** Where its blackboard is. */
  readonly location: StoreLocation;
  /** This clone of the repository, where others may share its blackboard; noted at the first time. */
  readonly clone: () => string | undefined;
  readonly store: Store;
  readonly clock: Clock;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** On one machine there is one node, whatever the machine is called today. */
const LOCAL_NODE = "local";

/** Opens the project around `cwd`; makes its state folder, and changes nothing else. */
export async function openProject(options: {
  readonly cwd: string;
  readonly environment: Environment;
}): Promise<Project> {
  const repository = await usableRepository(options);
  const { root } = repository;
  const paths = projectPaths(root);
  makeStateFolder(paths);
  const config = await cachedConfig(root, paths.stateFolder);
  const url = options.environment.storeUrl ?? config.store;
  const location = storeLocation(url, { root, ...paths });
  const store = await openStore(location);
  return {
    root,
    location,
    clone: () => sharingCloneId(paths, location),
    repository,
    environment: options.environment,
    config,
    store,
    clock: systemClock,
    [Symbol.asyncDispose]: async () => store.close(),
  };
}

/** The repository around `cwd`; refused when there is none that can be worked in. Changes nothing. */
export async function usableRepository({
  cwd,
  environment,
}: {
  readonly cwd: string;
  readonly environment: Environment;
}): Promise<RepositoryFacts> {
  const repository = await repositoryAround(cwd, environment);
  refuseUnusable(repository);
  return repository;
}

async function repositoryAround(cwd: string, { variables }: Environment): Promise<RepositoryFacts> {
  const plain = plainRepository(cwd, variables);
  return plain ?? (await import("./workspace/inspect-repository.ts")).inspectRepository(cwd);
}

function refuseUnusable(repository: RepositoryFacts): void {
  if (repository.isBare) {
    throw new OrchestraError(
      "REPOSITORY_UNUSABLE",
      `${repository.root} is a bare repository; go to a clone that has files.`,
    );
  }
  if (repository.headCommit === undefined) {
    throw new OrchestraError(
      "REPOSITORY_UNUSABLE",
      `${repository.root} has no commit yet, so there is nothing to work on. Commit once: git add -A && git commit -m 'Start'`,
    );
  }
}

/** The workspaces that the project's tasks have on this machine. */
export async function workspacesOf(project: Project): Promise<Workspaces> {
  const { createWorktrees } = await import("./workspace/worktrees.ts");
  return createWorktrees(await worktreesDeps(project));
}

/** Where the project's worktrees are, and how they are furnished. */
export async function worktreesDeps({
  root,
  environment,
  config,
  clock,
}: Pick<Project, "root" | "environment" | "config" | "clock">): Promise<WorktreesDeps> {
  const { portsFile, worktreesRoot } = await import("./config/worktrees-root.ts");
  const { createExclusive } = await import("./workspace/exclusive.ts");
  return {
    repositoryRoot: root,
    worktreesRoot: worktreesRoot(root, environment, config.workspace.root),
    env: environment.variables,
    config: config.workspace,
    warm: {
      max: config.workspace.warm ?? config.limits.parallel,
      always: config.workspace.warm !== undefined,
    },
    ports: { size: config.workspace.ports, file: portsFile(environment) },
    clock,
    bootId: machineProcessTable().bootId(),
    addExclusively: createExclusive(),
  };
}

/** What a node of this project works with; loaded only by commands that work. */
export async function nodeDeps(
  project: Project,
  onProblem: NodeDeps["onProblem"],
): Promise<NodeDeps & Pick<QueueDeps, "repository">> {
  const { root, config, environment, clock, store } = project;
  const place = await worktreesDeps(project);
  const { createInProcessBus } = await import("./cluster/in-process-bus.ts");
  const { createPosixProcesses } = await import("./agents/process/posix-processes.ts");
  const { randomUUID } = await import("node:crypto");
  const { createWorktrees } = await import("./workspace/worktrees.ts");
  const { createMergeRepository } = await import("./merge/git-repository.ts");
  const { createCheckRunner } = await import("./verify/process-check-runner.ts");
  const { createFileAttemptFolders } = await import("./cluster/node/file-attempt-folders.ts");
  const bus = createInProcessBus();
  const processes = createPosixProcesses({
    table: machineProcessTable(),
    clock,
    onExit: (folder) => bus.publish({ kind: "process_ended", folder }),
  });
  return {
    nodeId: LOCAL_NODE,
    store,
    bus,
    clock,
    processes,
    workspaces: createWorktrees(place),
    repository: createMergeRepository(place),
    checks: createCheckRunner({ processes, clock }),
    agent: async (name) => agentNamed(config, name, root),
    env: environment.variables,
    folders: createFileAttemptFolders(projectPaths(root).attempts),
    newSessionId: () => randomUUID(),
    random: () => Math.random(),
    onProblem,
  };
}

/** What working the queue of this project needs. */
export async function queueDeps(
  project: Project,
  options: {
    readonly parallel: number;
    readonly lease: HeldLease;
    readonly staysWhenEmpty: boolean;
    readonly onProblem: NodeDeps["onProblem"];
  },
): Promise<QueueDeps> {
  const agents = Object.values(project.config.agents);
  const capacity = options.parallel;
  return {
    ...(await nodeDeps(project, options.onProblem)),
    lease: options.lease,
    staysWhenEmpty: options.staysWhenEmpty,
    nodes: () => [{ id: LOCAL_NODE, capacity, agents: agents.map((agent) => agent.name) }],
    sameProvider: sameProvider(project.config.agents),
    agentLimits: Object.fromEntries(
      agents.flatMap(({ name, limit }) => (limit === undefined ? [] : [[name, limit]])),
    ),
  };
}

async function agentNamed(config: Config, name: string, root: string): Promise<Agent> {
  const { adapterFor } = await import("./agents/adapters.ts");
  const settings = agentSettings(config, name);
  const promptTemplate = settings.template && (await templateText(settings, root));
  const { priceOf } = await import("./agents/prices.ts");
  return {
    adapter: await adapterFor(settings, root),
    config: settings,
    promptTemplate,
    priceOf: (model) => priceOf(model, config.prices),
  };
}

async function templateText(settings: AgentSettings, root: string): Promise<string | undefined> {
  const { readTemplate } = await import("./config/read-template.ts");
  return readTemplate(settings, root);
}

/** What archiving works with, by the program of this version. */
export function archiveDeps({ root, store, clock }: Project, program: string): ArchiveDeps {
  const { archives, attempts } = projectPaths(root);
  return { store, nowMs: () => clock.nowMs(), program, archives, attempts };
}

/** The attempt's folder, for commands that only read it. */
export function attemptFolder(root: string, attemptId: string): string {
  return join(projectPaths(root).attempts, attemptId);
}
