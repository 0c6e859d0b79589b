import { expect, test } from "vitest";
import { launchdAgent } from "./launchd-agent.ts";
import { systemdUnit } from "./systemd-unit.ts";

const REQUEST = {
  root: '/home/a b/100% "mine"',
  command: ["/usr/bin/node", "/opt/$HOME/orchestra.cjs", "run", "--watch"],
  variables: { PATH: "/bin", ODD: 'a "b" %h <c>&' },
};

test("what systemd would replace stays as it is", () => {
  const text = systemdUnit(REQUEST);
  expect(text).toContain('WorkingDirectory=/home/a b/100%% "mine"\n');
  expect(text).toContain('ExecStart="/usr/bin/node" "/opt/$$HOME/orchestra.cjs" "run" "--watch"\n');
  expect(text).toContain('Environment="ODD=a \\"b\\" %%h <c>&"\n');
});

test("what XML would read stays as it is", () => {
  const text = launchdAgent({ ...REQUEST, label: "one", log: "/tmp/log" });
  expect(text).toContain('<string>a "b" %h &lt;c&gt;&amp;</string>');
  expect(text).toContain("<string>/opt/$HOME/orchestra.cjs</string>");
});
