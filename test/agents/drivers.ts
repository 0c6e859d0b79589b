import type { AgentDriver } from "./driver.ts";
import { claudeDriver } from "./drivers/claude.ts";
import { codexDriver } from "./drivers/codex.ts";
import { opencodeDriver } from "./drivers/opencode.ts";

/** Every CLI that is run for real; one line each. */
export const DRIVERS: readonly AgentDriver[] = [claudeDriver, codexDriver, opencodeDriver];
