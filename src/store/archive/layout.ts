/** What tasks were, in an archive's folder: `orchestra import` takes it. */
export const HISTORY_FILE = "history.jsonl.gz";
/** What their agents printed and their checks said; there when there was any. */
export const ATTEMPTS_FILE = "attempts.tar.gz";
/** Which tasks are in it; while it is being made, which are about to leave. */
export const TASKS_FILE = "tasks.json";
