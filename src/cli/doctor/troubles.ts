import { holders, stateOfHolder } from "../../agents/process/holder.ts";
import { machineProcessTable } from "../../agents/process/process-table.ts";
import { archiveDeps, nodeDeps, worktreesDeps, type Project } from "../../app.ts";
import type { Config } from "../../config/config.ts";
import { projectPaths } from "../../config/paths.ts";
import { OrchestraError } from "../../core/errors.ts";
import { LEASE_RENEWAL_MS, mayTakeLease, RELEASED_AT_MS } from "../../core/lease.ts";
import { takeLease, type HeldLease } from "../../engine/dispatcher-lease.ts";
import { findTroubles, isMendedWhileWorked } from "../../engine/troubles/find-troubles.ts";
import type { LookDeps, MendDeps, Trouble } from "../../engine/troubles/trouble.ts";
import { chooseLeaving } from "../../store/archive/choose.ts";
import type { Cli } from "../cli.ts";
import { hasBlackboard } from "../open-reader.ts";
import { livingDispatcher } from "../../engine/living-dispatcher.ts";
import { plural } from "../view/amounts.ts";
import { found, ok, problem, type Finding } from "./finding.ts";

/** Wrong rows hide all else, and so do worktrees that git cannot read. */
const MENDING_TURNS = 3;
const NOTHING = ok("leftovers", "none, and the blackboard shows what its events say");

type Subject = { readonly root: string; readonly config: Config };

/** What was left behind and what does not agree, with what `--fix` would do; changes nothing. */
export async function troubleFindings(cli: Cli, subject: Subject): Promise<readonly Finding[]> {
  await using reader = await cli.openReader();
  if (!reader) return [];
  const isWorked = (await livingDispatcher(reader)) !== undefined;
  const lease = await leaseOfTheDead(reader);
  const look = await lookDeps(cli, subject, { reader, isWorked });
  const { troubles } = await findTroubles(look);
  return await told([...lease, ...troubles.map(offered)], look, subject);
}

/** Puts all of it right. Holds the right to dispatch, so that nobody works the queue meanwhile. */
export async function mendTroubles(cli: Cli, subject: Subject): Promise<readonly Finding[]> {
  if (!(await hasBlackboard(cli))) return [];
  await using project = await cli.openProject();
  const { store, clock } = project;
  const lease = await leaseOfTheDead(store);
  const taking = await takeLease({ store, clock, processes: holders() });
  const held = taking.kind === "taken" ? taking.lease : undefined;
  try {
    const look = await lookDeps(cli, subject, { reader: store, isWorked: !held });
    const done = await mendAll(look, await mendDeps(cli, project), held);
    return await told([...(held ? lease.map(mended) : lease), ...done], look, subject);
  } finally {
    await held?.release();
  }
}

/** With what could be archived, which is no trouble; of wrong rows nothing else can be told. */
async function told(
  findings: readonly Finding[],
  { reader, clock }: LookDeps,
  { config }: Subject,
): Promise<readonly Finding[]> {
  if (findings.some(({ what, verdict }) => what === "projection" && verdict !== "ok")) {
    return findings;
  }
  const endedBeforeMs = clock.nowMs() - config.retentionMs;
  const { length } = await chooseLeaving(reader, { endedBeforeMs, held: new Set() });
  const all = findings.length > 0 ? findings : [NOTHING];
  if (length === 0) return all;
  const detail = `${plural(length, "task")} ended longer ago than that; \`orchestra archive\` takes them away`;
  return [...all, ok("retention", detail)];
}

/** What looking for what was left needs. */
export async function lookDeps(
  { environment, clock }: Cli,
  { root, config }: Subject,
  rest: Pick<LookDeps, "reader" | "isWorked">,
): Promise<LookDeps> {
  const { storeUrl } = environment;
  return {
    ...rest,
    paths: projectPaths(root),
    worktrees: await worktreesDeps({ root, environment, config, clock }),
    table: machineProcessTable(),
    clock,
    knowsAll: storeUrl === undefined || storeUrl === config.store,
  };
}

/** What mending it needs. */
export async function mendDeps(cli: Cli, project: Project): Promise<MendDeps> {
  const { processes, workspaces } = await nodeDeps(project, (_doing, error) => {
    throw error;
  });
  const worktrees = await worktreesDeps(project);
  const archive = archiveDeps(project, cli.version);
  return { store: project.store, processes, workspaces, worktrees, archive };
}

async function mendAll(
  look: LookDeps,
  deps: MendDeps,
  held: HeldLease | undefined,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (let turn = 1; turn <= MENDING_TURNS; turn += 1) {
    const { troubles, hidesMore } = await findTroubles(look);
    const mended = await mendEach(deps, troubles, held);
    findings.push(...mended);
    // What they hid is found when all of them are mended.
    if (!hidesMore || !mended.every(({ isMended }) => isMended)) break;
  }
  return findings;
}

async function mendEach(
  deps: MendDeps,
  troubles: readonly Trouble[],
  held: HeldLease | undefined,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const trouble of troubles) {
    await held?.renewWhenDue(LEASE_RENEWAL_MS);
    findings.push(await mend(deps, trouble, held));
  }
  return findings;
}

async function mend(
  deps: MendDeps,
  trouble: Trouble,
  held: HeldLease | undefined,
): Promise<Finding> {
  const offer = offered(trouble);
  if (!held && !isMendedWhileWorked(trouble)) {
    return { ...offer, detail: `${offer.detail}; left alone while the queue is worked` };
  }
  const failure = await found(trouble.mend(deps));
  if (!(failure instanceof OrchestraError)) return mended(offer);
  return problem(offer.what, `${offer.detail}, and that could not be mended: ${failure.message}`);
}

function offered({ what, detail, cure }: Trouble): Finding {
  return { what, verdict: what === "projection" ? "problem" : "warning", detail, cure };
}

function mended(finding: Finding): Finding {
  return { ...finding, verdict: "ok", isMended: true };
}

/** The next dispatcher takes it at once, on this machine; it only looks as if somebody worked. */
async function leaseOfTheDead(
  store: Pick<LookDeps["reader"], "dispatcherLease" | "nowMs">,
): Promise<Finding[]> {
  const lease = await store.dispatcherLease();
  if (!lease || lease.expiresAtMs === RELEASED_AT_MS) return [];
  const holder = stateOfHolder(machineProcessTable(), lease.holder);
  if (!mayTakeLease(lease, await store.nowMs(), holder)) return [];
  const detail = `process ${lease.holder.pid} died with the right to dispatch`;
  return [{ what: "lease", verdict: "warning", detail, cure: "gives it back" }];
}
