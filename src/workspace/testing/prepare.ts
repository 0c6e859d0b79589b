import { systemClock } from "../../system-clock.ts";
import { createExclusive } from "../exclusive.ts";
import { createWorktrees } from "../worktrees.ts";
import { COLD, NEVER, NO_CONFIG, NO_PORTS } from "./test-repository.ts";

// Prepares the workspace of an attempt with one set-up command, to be killed on the way.
const [repositoryRoot = "", worktreesRoot = "", setup = "", request = ""] = process.argv.slice(2);
const workspaces = createWorktrees({
  repositoryRoot,
  worktreesRoot,
  config: { ...NO_CONFIG, setup: [setup] },
  warm: COLD,
  ports: NO_PORTS,
  env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
  clock: systemClock,
  bootId: "boot",
  addExclusively: createExclusive(),
});
await workspaces.prepare(JSON.parse(request), NEVER);
