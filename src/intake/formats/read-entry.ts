import * as z from "zod";
import { describeMistake } from "../../config/describe-mistake.ts";
import { isLimit, readDuration } from "../../config/duration.ts";
import { slugOf, titleOf } from "../../core/names.ts";
import { mistakeAt, type Place, type SourceTask } from "../source-task.ts";
import { priorityOf, statusOf } from "./status-words.ts";

/** What the tools of this field call the same things; case, hyphens and underscores do not count. */
const NAMES = {
  id: "id taskid key identifier",
  title: "title name summary subject",
  prompt: "prompt",
  description: "description body",
  details: "details design",
  status: "status state",
  done: "done completed",
  dependsOn: "dependson dependencies deps after blockedby needs",
  priority: "priority",
  agent: "agent",
  criteria: "acceptancecriteria criteria criterion donewhen",
  testStrategy: "teststrategy",
  checks: "checks check",
  timeout: "timeout",
  maxRetries: "maxretries retries",
  target: "target targetbranch",
  merge: "merge merges",
  steps: "subtasks steps",
} as const;

const MEANING: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).flatMap(([key, names]) => names.split(" ").map((name) => [name, key])),
);

/** What a key means here; `undefined` when nothing. */
export function meaningOf(key: string): string | undefined {
  return MEANING.get(key.toLowerCase().replace(/[\s_-]/g, ""));
}

const text = z.string();
const id = z.union([text, z.int()], "expected an id").transform((one) => String(one).trim());
const listOf = <T extends z.ZodType>(one: T) =>
  z.union([z.array(one), one.transform((it) => [it])]);

const stepShape = z.union([
  text.transform((title) => ({ title, isDone: false })),
  z
    .looseObject({ title: text, description: text.nullish(), status: text.nullish() })
    .transform(({ title, description, status }) => ({
      title: description ? `${title}: ${description}` : title,
      isDone: statusOf(status ?? "") === "closed",
    })),
]);

const entryShape = z.object({
  id: id.optional(),
  title: text.optional(),
  prompt: text.optional(),
  description: text.optional(),
  details: text.optional(),
  status: text
    .refine((word) => statusOf(word) !== undefined, {
      error: "expected a status that is known here, such as open, done or deferred",
    })
    .optional(),
  done: z.boolean().optional(),
  dependsOn: z
    .union([z.array(id), text.transform((ids) => ids.split(/[,;]/).map((one) => one.trim()))])
    .optional(),
  priority: z
    .union([z.int().min(-100).max(100), text.transform(priorityOf).pipe(z.number())], {
      error: "expected a whole number from -100 to 100, or critical, high, medium, low, lowest",
    })
    .optional(),
  agent: listOf(text).optional(),
  criteria: listOf(text).optional(),
  testStrategy: text.optional(),
  checks: listOf(text).optional(),
  timeout: z
    .union([z.number(), text])
    .refine(
      (given) => isLimit(readDuration(String(given)) ?? 0),
      "expected a duration from 1s to 30d, such as 90s or 15m",
    )
    .transform((given) => readDuration(String(given)))
    .optional(),
  maxRetries: z.int().min(0).max(100).optional(),
  target: text.optional(),
  merge: z.boolean().optional(),
  steps: z.array(stepShape).optional(),
});

type Entry = z.infer<typeof entryShape>;

/** The task in a value of a file; `onUnknown` is told of keys that mean nothing here. */
export function readEntry(
  value: unknown,
  place: Place,
  onUnknown: (key: string) => void,
): SourceTask {
  const parsed = entryShape.safeParse(inOurWords(value, place, onUnknown), { reportInput: true });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw mistakeAt(place, issue ? describeMistake(issue, []) : "this is no task");
  }
  const entry = parsed.data;
  const title = titleOf(entry.title ?? entry.prompt ?? entry.description ?? "");
  const description = descriptionOf(entry);
  const prompt = promptOf(entry, description);
  if (prompt === "") throw mistakeAt(place, "a task without a title and without a prompt");
  return {
    sourceId: entry.id || slugOf(title),
    place,
    title,
    wholeTitle: entry.title?.trim(),
    // What has no title is called by what it says, which need not be said twice.
    description: description === "" || description === title ? undefined : description,
    prompt,
    status: entry.done === true ? "closed" : (statusOf(entry.status ?? "open") ?? "open"),
    waitsFor: (entry.dependsOn ?? []).filter((one) => one !== ""),
    more: moreOf(entry),
  };
}

function inOurWords(
  value: unknown,
  place: Place,
  onUnknown: (key: string) => void,
): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw mistakeAt(place, `expected a task with keys such as id and title`);
  }
  const entry = new Map<string, unknown>();
  for (const [key, given] of Object.entries(value)) {
    // Trackers write what they do not know as nothing.
    if (given === null || given === "") continue;
    const meaning = meaningOf(key);
    if (meaning === undefined) onUnknown(key);
    else if (entry.has(meaning)) throw mistakeAt(place, `${key}: the task says ${meaning} twice`);
    else entry.set(meaning, given);
  }
  return Object.fromEntries(entry);
}

/** All that describes the task but for its title; what is given as the prompt is that. */
function descriptionOf({ prompt, description, details, steps }: Entry): string {
  const listed = (steps ?? []).map(({ title, isDone }) => `- [${isDone ? "x" : " "}] ${title}`);
  const parts = prompt === undefined ? [description, details] : [prompt];
  return paragraphs([...parts, listed.join("\n")]);
}

function promptOf({ title, prompt }: Entry, description: string): string {
  return prompt === undefined ? paragraphs([title, description]) : description;
}

function paragraphs(parts: readonly (string | undefined)[]): string {
  return parts.flatMap((part) => part?.trim() || []).join("\n\n");
}

function moreOf(entry: Entry): SourceTask["more"] {
  const { agent, priority, checks, timeout, maxRetries, target, merge } = entry;
  const strategy = entry.testStrategy === undefined ? [] : [`Tests: ${entry.testStrategy}`];
  const acceptanceCriteria = [...(entry.criteria ?? []), ...strategy];
  return {
    agent,
    priority,
    checks,
    acceptanceCriteria,
    timeoutMs: timeout,
    maxRetries,
    targetBranch: target,
    merges: merge,
  };
}
