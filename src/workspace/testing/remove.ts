import { systemClock } from "../../system-clock.ts";
import { createWorktrees } from "../worktrees.ts";
import { depsOf, WARM } from "./test-repository.ts";

// Removes the workspace of a task, with one kept for the next, to be killed on the way.
const [repositoryRoot = "", worktreesRoot = "", request = ""] = process.argv.slice(2);
const deps = { ...depsOf(repositoryRoot, worktreesRoot), warm: WARM, clock: systemClock };
await createWorktrees(deps).remove(JSON.parse(request));
