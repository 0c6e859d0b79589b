import type { AgentDriver } from "./driver.ts";
import { geminiAcpDriver } from "./drivers/acp.ts";
import { claudeDriver } from "./drivers/claude.ts";
import { codexDriver } from "./drivers/codex.ts";
import { copilotDriver } from "./drivers/copilot.ts";
import { geminiDriver } from "./drivers/gemini.ts";
import { opencodeDriver } from "./drivers/opencode.ts";
import { qwenDriver } from "./drivers/qwen.ts";

/** Every CLI that is run for real; one line each. */
export const DRIVERS: readonly AgentDriver[] = [
  claudeDriver,
  codexDriver,
  opencodeDriver,
  copilotDriver,
  geminiDriver,
  qwenDriver,
  geminiAcpDriver,
];
