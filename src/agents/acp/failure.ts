import type { Failure, FailureClass } from "../../core/failure.ts";
import { readErrorBody } from "../api-error.ts";
import { boundedText, summaryLine } from "../bounds.ts";
import { asFields, countIn, fieldsIn, textIn, type Fields } from "../json-fields.ts";
import { classOfTold, type FailureWords } from "../provider-failure.ts";
import { dateOfReset, delayUntilReset } from "../told-reset.ts";

/** What agents of any make say; each passes on the words of its provider. */
const WORDS: FailureWords = {
  sure: [
    [
      /context[ _](window|length)|input token count .{0,60}exceeds|prompt is too long/i,
      "context_overflow",
    ],
    [/\blimit:\s*0(?![\d.])|credits are depleted|out of credits|insufficient_quota/i, "budget"],
    [
      /(usage|session|weekly) limit|quota (has been )?exhausted|exhausted your (daily quota|capacity)|quota will reset/i,
      "quota",
    ],
    [/\bmodels?\b.{0,200}\b(not found|not supported|does not exist)\b/i, "model_not_found"],
    [
      /api[ _]key (not valid|invalid|expired)|(incorrect|invalid) (x-)?api[ _-]key|not logged in|failed to authenticate/i,
      "auth",
    ],
    // An answer that broke off; some call it an error of the server.
    [/^terminated$|premature close|other side closed/i, "network"],
  ],
  // That a log-in is needed, in the protocol's own number.
  codes: new Map<string, FailureClass>([["-32000", "auth"]]),
  loose: [
    [/authenticat|unauthori[sz]ed|\bAPI_KEY\b|sign in|log ?in\b/i, "auth"],
    [/too many requests|rate[ _-]?limit/i, "rate_limit"],
    [/disconnected/i, "network"],
    [
      /overloaded|high demand|unavailable|(internal|server) error|malformed|incomplete json/i,
      "provider_error",
    ],
  ],
};

const CLASS_BY_REASON: Readonly<Record<string, FailureClass>> = {
  not_started: "missing_executable",
  ended: "process_crash",
  silent: "timeout",
  // Another try would end the same way: it is not the agent that is wanted.
  other_version: "missing_executable",
  no_choice: "model_not_found",
};

/** Why the bridge's agent failed, from a line of type `failed`. */
export function failureIn(line: Fields): Failure {
  const error = fieldsIn(line, "error");
  const reason = textIn(error, "reason");
  const text = textIn(error, "message") ?? "";
  if (reason !== undefined) {
    const message = summaryLine(`The agent ${text.replace(/^It /, "")}`);
    return { class: CLASS_BY_REASON[reason] ?? "unknown", message };
  }
  const { said, failureClass } = classOf(error);
  return failureOf(classAt(line["step"], failureClass), said, line);
}

/** Where it happened tells what words leave open. */
function classAt(step: unknown, told: FailureClass | undefined): FailureClass {
  if (step === "model") return told ?? "model_not_found";
  // No session was opened; to go on with the same one would end the same way.
  if (step === "session" && told === "provider_error") return "unknown";
  return told ?? "unknown";
}

/** What a turn that ended other than by being done means; `undefined` when it was done. */
export function failureOfStop(stopReason: string | undefined): Failure | undefined {
  switch (stopReason) {
    case "cancelled":
      return { class: "cancelled", message: "The agent was interrupted." };
    case "max_tokens":
      return { class: "context_overflow", message: "The agent ran out of room for its answer." };
    case "max_turn_requests":
      return { class: "budget", message: "The agent came to its own limit of calls." };
    case "refusal":
      return { class: "unknown", message: "The agent refused to go on." };
    default:
      return undefined;
  }
}

/** What words on standard error mean. */
export function classOfWords(text: string): FailureClass {
  return classOfTold(WORDS, { text }) ?? "unknown";
}

function classOf(error: Fields): { said: string; failureClass: FailureClass | undefined } {
  const code = error["code"];
  const body = readErrorBody(textIn(error, "message") ?? "");
  const detail = detailIn(error["data"]);
  // JSON-RPC's own words for a code say nothing where there are others.
  const said =
    detail !== "" && /^internal error$/i.test(body.text) ? detail : withDetail(body.text, detail);
  const number = typeof code === "number" ? code : undefined;
  // Some pass on the status of the provider's answer in place of a code of their own.
  const status = statusOf(number) ?? body.status ?? statusIn(said);
  const told = { code: String(number), status, text: said };
  return { said, failureClass: classOfTold(WORDS, told) };
}

function withDetail(text: string, detail: string): string {
  return detail === "" || text.includes(detail) ? text : `${text}: ${detail}`;
}

/** Agents put what happened there, each in a field of its own. */
function detailIn(data: unknown): string {
  if (typeof data === "string") return boundedText(readErrorBody(data).text);
  const fields = asFields(data) ?? {};
  const told = ["details", "message", "error", "errorMessage"]
    .map((name) => textIn(fields, name) ?? textIn(fieldsIn(fields, name), "message"))
    .find((text) => text !== undefined);
  return boundedText(readErrorBody(told ?? "").text);
}

function statusOf(number: number | undefined): number | undefined {
  return number !== undefined && number >= 400 && number < 600 ? number : undefined;
}

function statusIn(text: string): number | undefined {
  return statusOf(Number(/(?:^|\b(?:status(?: code)?|API Error):? ?)(\d{3})\b/i.exec(text)?.[1]));
}

function failureOf(failureClass: FailureClass, said: string, line: Fields): Failure {
  const message = summaryLine(said) || "The agent failed, and said nothing about it.";
  const isLimit = failureClass === "rate_limit" || failureClass === "quota";
  const resetAtMs = isLimit ? resetIn(said, line) : undefined;
  if (resetAtMs === undefined) return { class: failureClass, message };
  // A rate limit with a known end parks the task until then.
  return { class: "quota", message, resetAtMs };
}

function resetIn(said: string, line: Fields): number | undefined {
  return dateOfReset(said) ?? delayUntilReset(said, countIn(line, "atMs") || undefined);
}
