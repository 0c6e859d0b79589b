import type { LineMapping, OutputMapping } from "../../config/output-schema.ts";
import type { Failure } from "../../core/failure.ts";
import type { Usage } from "../../core/usage.ts";
import type { AgentEvent, EarlierUse, StreamParser } from "../adapter.ts";
import { answerText, boundedText, eventText, withMessage } from "../bounds.ts";
import { asFields, type Fields } from "../json-fields.ts";
import { createLineParser, nothingTold, type LineReader, type StreamState } from "../json-lines.ts";
import { toolSummary } from "../tool-summary.ts";
import { shownAt, textAt, valueAt } from "./field-path.ts";
import { failureOfLine, lostAnswer, tellsError } from "./mapped-failure.ts";
import { countCost, countUsage, tellsTokens, type Counted } from "./mapped-spending.ts";

type Stream = StreamState & {
  readonly earlier: EarlierUse | undefined;
  readonly usageById: Counted<Usage>;
  readonly costById: Counted<number>;
};

type Reader = LineReader<Stream>;

const ANY_KIND = "*";

/** Reads lines of JSON by a mapping from the configuration. */
export function createMappedParser(mapping: OutputMapping, earlier?: EarlierUse): StreamParser {
  const { lines } = mapping;
  const kinds = Object.entries(lines).filter(([kind]) => kind !== ANY_KIND);
  const any = Object.hasOwn(lines, ANY_KIND) ? lines[ANY_KIND] : undefined;
  const saysResult = Object.values(lines).some((line) => line.result !== undefined);
  const read = (line: LineMapping): Reader => readerOf(line, mapping, saysResult);
  const stream: Stream = {
    ...nothingTold(),
    earlier,
    usageById: new Map(),
    costById: new Map(),
  };
  return createLineParser(stream, {
    typeOf: (line) => kindOf(line, mapping.kind),
    byType: new Map(kinds.map(([kind, line]) => [kind, read(line)])),
    ...(any ? { ofEach: read(any) } : {}),
  });
}

/** The kind of a line, as in `system/init`; parts that a line does not have are left out. */
function kindOf(line: Fields, paths: OutputMapping["kind"]): string | undefined {
  const parts = [paths].flat().map((path) => textAt(line, path));
  return parts.filter((part) => part !== undefined).join("/") || undefined;
}

/** Everything that a line of one kind tells, in the order in which it is counted and shown. */
function readerOf(mapping: LineMapping, all: OutputMapping, saysResult: boolean): Reader {
  return (stream, line) => [
    ...readSession(stream, line, mapping),
    ...readSaid(stream, line, mapping, saysResult),
    ...readTools(stream, line, mapping),
    ...readSpending(stream, line, mapping),
    ...readEnd(stream, line, mapping, all),
  ];
}

function readSession(stream: Stream, line: Fields, mapping: LineMapping): readonly AgentEvent[] {
  const model = textAt(line, mapping.model);
  if (model !== undefined) stream.model = boundedText(model);
  const told = textAt(line, mapping.session);
  if (told === undefined || told === "" || boundedText(told) === stream.sessionId) return [];
  stream.sessionId = boundedText(told);
  return [{ kind: "session", sessionId: stream.sessionId, model: stream.model }];
}

function readSaid(
  stream: Stream,
  line: Fields,
  mapping: LineMapping,
  saysResult: boolean,
): readonly AgentEvent[] {
  const events: AgentEvent[] = [];
  const thinking = textAt(line, mapping.thinking) ?? "";
  if (thinking.trim() !== "") events.push({ kind: "thinking", text: eventText(thinking) });
  const text = textAt(line, mapping.text) ?? "";
  if (text.trim() !== "") {
    stream.lastMessages = withMessage(stream.lastMessages, text);
    if (!saysResult) stream.resultText = answerText(text);
    events.push({ kind: "text", text: eventText(text) });
  }
  stream.hasOutput ||= events.length > 0;
  return events;
}

function readTools(stream: Stream, line: Fields, mapping: LineMapping): readonly AgentEvent[] {
  const { tool_started: started, tool_ended: ended } = mapping;
  const events: AgentEvent[] = [];
  if (started) {
    const input = valueAt(line, started.input);
    events.push({
      kind: "tool_started",
      toolId: boundedText(textAt(line, started.id) ?? ""),
      name: boundedText(textAt(line, started.name) ?? "unknown"),
      summary: toolSummary(asFields(input) ?? { input }),
    });
  }
  if (ended) {
    events.push({
      kind: "tool_ended",
      toolId: boundedText(textAt(line, ended.id) ?? ""),
      isError: isYes(valueAt(line, ended.is_error)),
      output: boundedText(shownAt(line, ended.output)),
    });
  }
  stream.hasOutput ||= events.length > 0;
  return events;
}

function readSpending(stream: Stream, line: Fields, mapping: LineMapping): readonly AgentEvent[] {
  const { usageById, costById } = stream;
  const events: AgentEvent[] = [];
  if (mapping.usage && tellsTokens(line, mapping.usage)) {
    const told = { ...stream, counted: usageById };
    stream.usage = countUsage(stream.usage, line, mapping.usage, told);
    events.push({ kind: "usage", usage: stream.usage });
  }
  if (mapping.cost) {
    const told = { ...stream, counted: costById };
    stream.costUsd = countCost(stream.costUsd, line, mapping.cost, told);
    if (stream.costUsd !== undefined) events.push({ kind: "cost", costUsd: stream.costUsd });
  }
  return events;
}

/** A failure stands until a result that is none comes after it. */
function readEnd(
  stream: Stream,
  line: Fields,
  mapping: LineMapping,
  all: OutputMapping,
): readonly AgentEvent[] {
  const { error, result } = mapping;
  if (!result) {
    if (!error || (mapping === all.lines[ANY_KIND] && !tellsError(line, error))) return [];
    const failure = failureOfLine(line, error, all.error_classes);
    stream.failure = failure;
    const { class: failureClass, message } = failure;
    return [...limitEvents(failure), { kind: "error", class: failureClass, message }];
  }
  const isError = isYes(valueAt(line, result.is_error)) || (error && tellsError(line, error));
  const said = textAt(line, result.text) ?? "";
  if (isError) {
    const words = error && tellsError(line, error) ? error : { ...error, message: result.text };
    return failedResult(stream, failureOfLine(line, words, all.error_classes));
  }
  // A CLI of another version may call its answer something else.
  const isLost = result.text !== undefined && valueAt(line, result.text) === undefined;
  if (isLost && !stream.hasOutput) return failedResult(stream, lostAnswer(line));
  const spoken = readAnswer(stream, said);
  stream.failure = undefined;
  stream.resultText = answerText(said.trim() === "" ? (stream.lastMessages.at(-1) ?? "") : said);
  return [...spoken, { kind: "result", isError: false, text: boundedText(stream.resultText) }];
}

function failedResult(stream: Stream, failure: Failure): readonly AgentEvent[] {
  stream.failure = failure;
  stream.resultText = undefined;
  return [...limitEvents(failure), { kind: "result", isError: true, text: failure.message }];
}

/** An answer that is in no line before it was not said yet. */
function readAnswer(stream: Stream, said: string): readonly AgentEvent[] {
  if (said.trim() === "" || boundedText(said) === stream.lastMessages.at(-1)) return [];
  stream.lastMessages = withMessage(stream.lastMessages, said);
  stream.hasOutput = true;
  return [{ kind: "text", text: eventText(said) }];
}

function limitEvents(failure: Failure | undefined): readonly AgentEvent[] {
  const isLimit = failure?.class === "quota" || failure?.class === "rate_limit";
  return isLimit ? [{ kind: "rate_limited", resetAtMs: failure.resetAtMs }] : [];
}

/** CLIs say yes in many ways: `true`, `1`, `"error"`; and no in as few as these. */
function isYes(value: unknown): boolean {
  if (typeof value === "string") return !NO.has(value.toLowerCase());
  return Boolean(value);
}

const NO: ReadonlySet<string> = new Set([
  "",
  "0",
  "false",
  "no",
  "none",
  "null",
  "ok",
  "success",
  "succeeded",
  "passed",
  "complete",
  "completed",
  "done",
  "finished",
  "end_turn",
]);
