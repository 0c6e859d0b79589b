import type { Command } from "commander";
import type { Cli } from "../cli.ts";

export function describeRecover(command: Command, cli: Cli): void {
  command
    .description("list work that was kept when something was removed, or bring it back")
    .argument("[ref]", "what to bring back, as the list names it")
    .option("-b, --branch <name>", "the branch to make of it")
    .action(async (ref, options) =>
      (await import("../commands/recover.ts")).recover(cli, ref, options),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  orchestra recover\n  orchestra recover k3f9/2 --branch saved-work",
    );
}

export function describeBackup(command: Command, cli: Cli): void {
  command
    .description("copy the blackboard to a file, while it is worked")
    .argument("<file>", "a file that is not there yet")
    .action(async (file) => (await import("../commands/export.ts")).backUp(cli, file))
    .addHelpText("after", "\nExample:\n  orchestra backup ../before-the-weekend.db");
}

export function describeExport(command: Command, cli: Cli): void {
  command
    .description("write all that the blackboard knows as JSON lines, for any other store")
    .argument("<file>", "a file that is not there yet; .gz compresses it, - is standard output")
    .action(async (file) => (await import("../commands/export.ts")).exportBlackboard(cli, file))
    .addHelpText(
      "after",
      "\nExamples:\n  orchestra export queue.jsonl.gz\n  orchestra export - | gzip > queue.jsonl.gz",
    );
}

export function describeArchive(command: Command, cli: Cli): void {
  command
    .description("move tasks that ended long ago from the blackboard to a folder of their own")
    .option("--older-than <duration>", "how long ago: 12h, 30d, 0 for all (default: retention)")
    .option("--dry-run", "say how many would be moved")
    .option("--stats", "say what was archived so far, and move nothing")
    .action(async (options) => (await import("../commands/archive.ts")).archive(cli, options))
    .addHelpText(
      "after",
      "\nExamples:\n  orchestra archive --older-than 90d\n  orchestra archive --stats",
    );
}

export function describeClean(command: Command, cli: Cli): void {
  command
    .description(
      "remove what tasks that have ended left behind, and rescued work that is merged by now",
    )
    .option("--dry-run", "say what would be removed")
    .action(async (options) => (await import("../commands/clean.ts")).clean(cli, options))
    .addHelpText(
      "after",
      "\nWork that is on none of your branches stays, or is kept under a rescue ref first: `orchestra recover` lists it.\nTasks themselves leave by `orchestra archive`; what killed processes left is mended by `orchestra doctor --fix`.\n\nExample:\n  orchestra clean --dry-run",
    );
}

export function describeImport(command: Command, cli: Cli): void {
  command
    .description("take over tasks, settings or a blackboard; all of it or nothing")
    .argument(
      "<source>",
      "tasks (.json .yaml .md .jsonl), .beads, github, WORKFLOW.md; or a backup, an export, an archive, a store's URL",
    )
    .option(
      "--from <kind>",
      "what it is, if its name misleads: tasks, beads, github, symphony, blackboard",
    )
    .option("--agent <name>", "who works the tasks (default: as each says, or the project's)")
    .option("--template <file>", "a WORKFLOW.md that makes the prompt of each task")
    .option("--repo <owner/name>", "with github: whose issues (default: this repository's)")
    .option("-l, --label <label>", "with github: issues that have it; may be repeated", listed)
    .option("--limit <number>", "with github: at most so many (default: 100)")
    .option("--dry-run", "show what would be added, and what would wait for what")
    .action(async (source, options) =>
      (await import("../commands/import.ts")).importSource(cli, source, options),
    )
    .addHelpText(
      "after",
      `
Tasks are added to the queue, each once: to import them again adds only what is new. What is done
where they come from is left out. A blackboard is taken over whole, into an empty one.

Examples:
  orchestra import tasks.md --dry-run
  orchestra import .beads
  orchestra import github --label agent
  orchestra import WORKFLOW.md
  orchestra import ../before-the-weekend.db
  orchestra --store postgres://db.example.com/orchestra import queue.jsonl.gz`,
    );
}

function listed(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
