import * as z from "zod";
import { describeMistake } from "../../config/describe-mistake.ts";
import { titleOf } from "../../core/names.ts";
import { mistakeAt, type Found, type Place, type SourceTask } from "../source-task.ts";
import { jsonLines } from "./json-lines.ts";
import { statusOf } from "./status-words.ts";

const text = z.string().nullish();
const flag = z.union([z.boolean(), z.number()]).nullish();

/** A line of `.beads/issues.jsonl`. Different versions write more, which has no meaning here. */
const beadShape = z.object({
  id: z.string().min(1),
  title: z.string().min(1),
  description: text,
  design: text,
  acceptance_criteria: text,
  notes: text,
  status: text,
  priority: z.int().min(0).max(4).nullish(),
  issue_type: text,
  defer_until: text,
  is_template: flag,
  ephemeral: flag,
  pinned: flag,
  dependencies: z.array(z.object({ depends_on_id: z.string(), type: text })).nullish(),
});

type Bead = z.infer<typeof beadShape>;

/** What Beads keeps beside work: messages, agents, gates and the like. */
const NO_WORK =
  /^(message|merge-request|molecule|gate|event|session|agent|role|rig|convoy|slot|wisp)$/;
const BLOCKING: readonly string[] = ["blocks", "waits-for"];

/** The issues of Beads. What waits for an epic waits for what it is made of. */
export function readBeads(source: string, contents: string, nowMs: number): Found {
  const beads = [...jsonLines(source, contents)].map(({ value, place }) => {
    const parsed = beadShape.safeParse(value, { reportInput: true });
    if (parsed.success) return { bead: parsed.data, place };
    const [issue] = parsed.error.issues;
    throw mistakeAt(place, issue ? describeMistake(issue, []) : "this is no issue of Beads");
  });
  const parts = partsOfEpics(beads.map(({ bead }) => bead));
  return {
    tasks: beads.map(({ bead, place }) => taskOf(bead, place, { parts, nowMs })),
    unknownKeys: [],
  };
}

type Parts = ReadonlyMap<string, readonly string[]>;

function partsOfEpics(beads: readonly Bead[]): Parts {
  const parts = new Map<string, string[]>();
  for (const { id, issue_type } of beads) if (issue_type === "epic") parts.set(id, []);
  for (const { id, dependencies } of beads) {
    for (const { depends_on_id, type } of dependencies ?? []) {
      if (type === "parent-child") parts.get(depends_on_id)?.push(id);
    }
  }
  return parts;
}

function taskOf(
  bead: Bead,
  place: Place,
  { parts, nowMs }: { readonly parts: Parts; readonly nowMs: number },
): SourceTask {
  const word = bead.status ?? "open";
  // Statuses of one's own can be configured there; what is not known to be over is not.
  const status = statusOf(word) ?? "open";
  const isLater = bead.defer_until != null && Date.parse(bead.defer_until) > nowMs;
  const criteria = bead.acceptance_criteria?.trim();
  const described = [bead.description, bead.design, bead.notes].flatMap((it) => it?.trim() || []);
  return {
    sourceId: bead.id,
    place,
    title: titleOf(bead.title),
    wholeTitle: bead.title.trim(),
    description: described.length === 0 ? undefined : described.join("\n\n"),
    prompt: [bead.title.trim(), ...described].join("\n\n"),
    status: status === "open" && isLater ? "deferred" : status,
    noWork: noWorkOf(bead),
    waitsFor: blockersOf(bead).flatMap((id) => workOf(id, parts)),
    more: {
      priority: 9 - 2 * (bead.priority ?? 2),
      acceptanceCriteria: criteria ? [criteria] : [],
    },
  };
}

function noWorkOf({
  issue_type,
  is_template,
  ephemeral,
  pinned,
  status,
}: Bead): string | undefined {
  if (issue_type === "epic") return "an epic, which is done by its parts";
  if (NO_WORK.test(issue_type ?? "")) return `a ${issue_type}`;
  if (is_template) return "a template";
  return ephemeral || pinned || status === "pinned" ? "kept for reference" : undefined;
}

function blockersOf({ dependencies }: Bead): string[] {
  return (dependencies ?? []).flatMap(({ depends_on_id, type }) =>
    BLOCKING.includes(type ?? "blocks") ? [depends_on_id] : [],
  );
}

/** The issue, or what an epic is made of, however deep. */
function workOf(id: string, parts: Parts): string[] {
  const found = new Set([id]);
  for (const one of found) for (const part of parts.get(one) ?? []) found.add(part);
  return [...found].filter((one) => !parts.has(one));
}
