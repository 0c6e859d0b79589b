/** Where editors find what may stand in the file. */
const SCHEMA_URL = "https://unpkg.com/orchestra/schema/orchestra.schema.json";

/** The text of a first `orchestra.yaml`, from what was found in the project. */
export function freshConfig(found: {
  readonly agents: readonly string[];
  readonly testCommand: string | undefined;
  readonly setupCommand: string | undefined;
}): string {
  const [agent = "claude"] = found.agents;
  const check =
    found.testCommand === undefined
      ? `# No test command was found. Without a check, a change is all that proves the work.
checks: []`
      : `checks:
  - ${JSON.stringify(found.testCommand)}`;
  return `# yaml-language-server: $schema=${SCHEMA_URL}
$schema: ${SCHEMA_URL}

# Who works. Any other command line works, too:
#   mine: { adapter: command, command: [my-agent, --yes, "{prompt}"] }
agents:
  ${agent}:
    adapter: ${agent}

# What must pass on the commit of every task before it is merged.
${check}

# How a fresh worktree, which has only what git has, is made ready.
workspace:
  setup: ${JSON.stringify(found.setupCommand === undefined ? [] : [found.setupCommand])}

limits:
  parallel: 3
`;
}
