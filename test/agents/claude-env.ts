import { join } from "node:path";
import { NODE_FOLDER } from "../install-package.ts";
import type { ScriptedEndpoint } from "./scripted-endpoint.ts";

/** An account that pays by use, and one with a subscription, which knows usage limits. */
export const API_KEY = { ANTHROPIC_API_KEY: "sk-ant-scripted-key-of-a-test-0123456789" };
export const SUBSCRIPTION = { CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-scripted-token-of-a-test" };

/** The whole environment of a Claude Code that knows only a scripted endpoint and its own home. */
export function claudeEnv(
  endpoint: Pick<ScriptedEndpoint, "url">,
  home: string,
  account: Readonly<Record<string, string>> = API_KEY,
): Record<string, string> {
  return {
    PATH: `${NODE_FOLDER}:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    CLAUDE_CONFIG_DIR: join(home, ".claude"),
    ANTHROPIC_BASE_URL: endpoint.url,
    ...account,
    // One answer is one turn of the script.
    CLAUDE_CODE_MAX_RETRIES: "0",
    DISABLE_TELEMETRY: "1",
  };
}
