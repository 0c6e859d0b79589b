import { OrchestraError } from "../../core/errors.ts";
import type { Failure } from "../../core/failure.ts";
import type {
  AgentAdapter,
  AgentConfig,
  AgentOutcome,
  ProbePlan,
  Steering,
  StreamParser,
} from "../adapter.ts";
import { summaryLine } from "../bounds.ts";
import { nothingTold } from "../json-lines.ts";
import { answered, checked, failureOf } from "./checked.ts";
import {
  interactiveShape,
  launchShape,
  linesShape,
  outcomeShape,
  reportShape,
  usageShape,
  versionShape,
} from "./shapes.ts";

/** The adapter of a plug-in, held to its contract: what it breaks is a failure of its own attempt. */
export function guarded(config: AgentConfig, adapter: AgentAdapter): AgentAdapter {
  const { openSession, probe, steering, readUsageFile } = adapter;
  // Of parsers that broke: whatever the plug-in says of such an end, their attempts have failed.
  const breaches = new WeakSet<Failure>();
  return {
    ...adapter,
    launch: (request) => {
      const { stdinFile, ...launch } = checked(config, "launch", launchShape, () =>
        adapter.launch(request),
      );
      return { ...launch, stdinFile };
    },
    createParser: (earlier) => guardedParser(config, breaches, () => adapter.createParser(earlier)),
    classifyEnd: (end, report) =>
      report.failure && breaches.has(report.failure)
        ? { kind: "failed", end: "failed", failure: report.failure }
        : outcomeOf(config, () => adapter.classifyEnd(end, report)),
    ...(readUsageFile && { readUsageFile: guardedUsage(readUsageFile) }),
    ...(openSession && {
      openSession: (sessionId) =>
        checked(config, "openSession", interactiveShape, () => openSession(sessionId)),
    }),
    probe: probe && guardedProbe(config, probe),
    steering: steering && guardedSteering(config, steering),
  };
}

function guardedProbe(config: AgentConfig, probe: ProbePlan): ProbePlan {
  return {
    ...probe,
    readVersion: (stdout) =>
      checked(config, "readVersion", versionShape, () => probe.readVersion(stdout)),
  };
}

function guardedSteering(config: AgentConfig, steering: Steering): Steering {
  return {
    message: (text, id) =>
      checked(config, "steering.message", linesShape, () => steering.message(text, id)),
    interrupt: (id) =>
      checked(config, "steering.interrupt", linesShape, () => steering.interrupt(id)),
  };
}

/** What cannot be read tells nothing: an attempt ends, whatever becomes of its tokens. */
function guardedUsage(
  read: NonNullable<AgentAdapter["readUsageFile"]>,
): NonNullable<AgentAdapter["readUsageFile"]> {
  return (text, earlier) => {
    try {
      return usageShape.optional().parse(answered(read(text, earlier)));
    } catch {
      return undefined;
    }
  };
}

/** What goes wrong first stays: from then on, the plug-in is asked nothing more. */
function guardedParser(
  config: AgentConfig,
  breaches: WeakSet<Failure>,
  create: () => StreamParser,
): StreamParser {
  let broken: Failure | undefined;
  const attempt = <Answer>(what: string, ask: () => Answer, otherwise: Answer): Answer => {
    if (broken) return otherwise;
    try {
      return answered(ask());
    } catch (error) {
      broken = failureOf(config, what, error);
      breaches.add(broken);
      return otherwise;
    }
  };
  const parser = attempt<StreamParser | undefined>("createParser", create, undefined);
  return {
    push: (line) =>
      attempt(`push of the line ${summaryLine(line)}`, () => parser?.push(line) ?? [], []),
    report: () => {
      const told = attempt(
        "report",
        () => reportShape.parse(answered(parser?.report())),
        undefined,
      );
      const { sessionId, model, costUsd, failure: found, resultText, strangeLine } = told ?? {};
      const rest = { sessionId, model, costUsd, failure: found, resultText, strangeLine };
      const report = { ...nothingTold(), ...told, ...rest };
      return broken ? { ...report, failure: broken } : report;
    },
  };
}

function outcomeOf(config: AgentConfig, classify: () => AgentOutcome): AgentOutcome {
  try {
    return checked(config, "classifyEnd", outcomeShape, classify);
  } catch (error) {
    if (!(error instanceof OrchestraError)) throw error;
    const why = { class: "unknown", message: error.message } as const;
    return { kind: "failed", end: "failed", failure: why };
  }
}
