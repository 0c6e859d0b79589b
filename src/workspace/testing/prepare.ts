import { systemClock } from "../../system-clock.ts";
import { createWorktrees } from "../worktrees.ts";
import { depsOf, NEVER, NO_CONFIG } from "./test-repository.ts";

// Prepares the workspace of an attempt with one set-up command, to be killed on the way.
const [repositoryRoot = "", worktreesRoot = "", setup = "", request = ""] = process.argv.slice(2);
const config = { ...NO_CONFIG, setup: [setup] };
const deps = { ...depsOf(repositoryRoot, worktreesRoot), config, clock: systemClock };
await createWorktrees(deps).prepare(JSON.parse(request), NEVER);
