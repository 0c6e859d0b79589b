import { systemClock } from "../../system-clock.ts";
import { createWorktrees } from "../worktrees.ts";
import { NO_CONFIG, NO_PORTS, WARM } from "./test-repository.ts";

// Removes the workspace of a task, with one kept for the next, to be killed on the way.
const [repositoryRoot = "", worktreesRoot = "", request = ""] = process.argv.slice(2);
const workspaces = createWorktrees({
  repositoryRoot,
  worktreesRoot,
  config: NO_CONFIG,
  warm: WARM,
  ports: NO_PORTS,
  env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
  clock: systemClock,
});
await workspaces.remove(JSON.parse(request));
