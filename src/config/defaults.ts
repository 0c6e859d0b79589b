import type { Config } from "./config.ts";

const MINUTE_MS = 60_000;

/** What holds without a file; a test keeps it equal to an empty one. */
export const DEFAULTS: Config = {
  agents: {
    claude: {
      name: "claude",
      adapter: "claude",
      command: [],
      model: undefined,
      promptBy: "stdin",
      resume: [],
      output: undefined,
      template: undefined,
      permissions: "allow",
      env: {},
      limit: undefined,
    },
  },
  defaults: {
    agent: "claude",
    fallbackAgents: [],
    priority: 5,
    timeoutMs: 60 * MINUTE_MS,
    stallMs: 15 * MINUTE_MS,
    maxRetries: 4,
  },
  checks: [
    { kind: "builtin", name: "exit_code" },
    { kind: "builtin", name: "has_changes" },
  ],
  workspace: {
    root: undefined,
    copy: [],
    link: [],
    sparse: [],
    setup: [],
    teardown: [],
    env: {},
    ports: 0,
    warm: undefined,
  },
  merge: { enabled: true, target: undefined },
  limits: { parallel: 3 },
  prices: {},
  store: undefined,
  retentionMs: 30 * 24 * 60 * MINUTE_MS,
};
