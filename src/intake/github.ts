import * as z from "zod";
import { OrchestraError } from "../core/errors.ts";
import { titleOf } from "../core/names.ts";
import { priorityOf } from "./formats/status-words.ts";
import type { Found, SourceTask } from "./source-task.ts";

const ANSWER_TIMEOUT_MS = 60_000;
const ANSWER_BYTES_MAX = 64 * 1024 ** 2;
/** What `gh` ends with when nobody is logged in. */
const NOT_LOGGED_IN = 4;

/** Which issues are asked for. */
export type IssueFilter = {
  /** As in `owner/name`; unset, the repository's own. */
  readonly repository: string | undefined;
  /** An issue must have them all. */
  readonly labels: readonly string[];
  readonly limit: number;
};

const issuesShape = z.array(
  z.object({
    number: z.int().positive(),
    title: z.string(),
    body: z.string().nullish(),
    url: z.string(),
    labels: z.array(z.object({ name: z.string() })),
  }),
);

type Issue = z.infer<typeof issuesShape>[number];

/** The open issues of a repository on GitHub, as `gh` lists them. */
export async function readGitHubIssues(
  place: { readonly root: string; readonly variables: Readonly<Record<string, string>> },
  filter: IssueFilter,
): Promise<Found> {
  const { repository, labels, limit } = filter;
  const fields = "number,title,body,url,labels";
  const listing = ["issue", "list", "--state", "open", "--limit", String(limit), "--json", fields];
  const only = labels.flatMap((label) => ["--label", label]);
  const of = repository === undefined ? [] : ["--repo", repository];
  const answer = await askGh(place, [...listing, ...only, ...of]);
  const issues = issuesShape.safeParse(parsedOrUndefined(answer));
  if (!issues.success) throw unavailable("gh answered with something that is no list of issues");
  return { tasks: issues.data.map(taskOf), unknownKeys: [] };
}

async function askGh(
  { root, variables }: Parameters<typeof readGitHubIssues>[0],
  args: readonly string[],
): Promise<string> {
  const { execa } = await import("execa");
  const asked = await execa("gh", args, {
    cwd: root,
    env: { ...variables, GH_PROMPT_DISABLED: "1" },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: ANSWER_TIMEOUT_MS,
    maxBuffer: ANSWER_BYTES_MAX,
  });
  if (!asked.failed) return asked.stdout;
  if (asked.code === "ENOENT") {
    throw unavailable("gh, the command line of GitHub, is not installed: https://cli.github.com");
  }
  if (asked.timedOut) throw unavailable("gh did not answer within a minute");
  if (asked.exitCode === NOT_LOGGED_IN) throw unavailable("gh is not logged in: gh auth login");
  const [said = "it said nothing"] = asked.stderr.trim().split("\n").slice(-1);
  throw unavailable(`gh could not list the issues: ${said}`);
}

function unavailable(what: string): OrchestraError {
  return new OrchestraError("TRACKER_UNAVAILABLE", `${what}. Nothing was changed.`);
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function taskOf({ number, title, body, url, labels }: Issue): SourceTask {
  // Templates of issues explain themselves in comments that nobody sees.
  const said = (body ?? "").replace(/<!--[^]*?-->/g, "").trim();
  return {
    sourceId: `gh-${number}`,
    place: { source: `#${number}` },
    title: titleOf(title),
    wholeTitle: title,
    description: said === "" ? undefined : said,
    prompt: [title, said, `Issue #${number}: ${url}`].filter((part) => part !== "").join("\n\n"),
    status: "open",
    waitsFor: blockersIn(said),
    // It may be closed, or not be among those that were asked for.
    mayWaitElsewhere: true,
    url,
    labels: labels.map(({ name }) => name.toLowerCase()),
    more: { priority: urgencyOf(labels.map(({ name }) => name)) },
  };
}

/** Of `Blocked by #12` and `Depends on: #12, #13`, on lines of their own. */
function blockersIn(body: string): string[] {
  const lines = body.matchAll(/^\W*(?:blocked by|depends on)\W+(#\d+(?:(?:,|\s|and)+#\d+)*)/gim);
  return [...lines].flatMap(([, list = ""]) =>
    [...list.matchAll(/#(\d+)/g)].map(([, number]) => `gh-${number}`),
  );
}

/** Of labels such as `P1` and `priority: high`. */
function urgencyOf(labels: readonly string[]): number | undefined {
  const words = labels.flatMap((label) => {
    const [, word] = /^priority\W*(\w+)$/i.exec(label) ?? [];
    return word ?? (/^p\d$/i.test(label) ? label : []);
  });
  return words.map(priorityOf).find((priority) => priority !== undefined);
}
