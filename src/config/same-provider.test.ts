import { expect, test } from "vitest";
import { parseConfig } from "./parse-config.ts";
import { sameProvider } from "./same-provider.ts";

const TEXT = `agents:
  claude: {}
  opus: { adapter: claude, model: opus }
  proxied: { adapter: claude, env: { ANTHROPIC_BASE_URL: "http://127.0.0.1:9" } }
  codex: {}
  open: { adapter: opencode, model: anthropic/opus }
  open2: { adapter: opencode, model: anthropic/haiku }
  open3: { adapter: opencode, model: openai/gpt }
  mine: { adapter: command, command: [mine], model: a }
  mine2: { adapter: command, command: [mine], model: b }
`;
const { agents } = parseConfig("orchestra.yaml", new TextEncoder().encode(TEXT));

test.each([
  ["claude", ["claude", "opus"]],
  ["opus", ["claude", "opus"]],
  ["proxied", ["proxied"]],
  ["codex", ["codex"]],
  ["open", ["open", "open2"]],
  ["open3", ["open3"]],
  ["mine", ["mine"]],
  ["gone", ["gone"]],
])("%s asks the same provider as %j", (name, expected) => {
  expect(sameProvider(agents)(name)).toEqual(expected);
});
