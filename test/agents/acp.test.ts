import { expect, test } from "vitest";
import { NO_USAGE } from "../../src/core/usage.ts";
import type { AgentDriver } from "./driver.ts";
import { claudeAcpDriver, opencodeAcpDriver, qwenAcpDriver } from "./drivers/acp.ts";
import { setStage, shown, startOf, told } from "./stage.ts";

// In words that all of them pass on.
const REFUSED = {
  status: 401,
  error: { type: "authentication_error", message: "Incorrect API key provided" },
};
const NOTHING_TOLD = { usage: NO_USAGE };
/**
 * Claude Code notes what a session has cost as it ends. Its adapter ends it without waiting for that, so
 * that the next process may count from nothing, which it does not say: then what was told before is
 * taken off once too often.
 */
const costOfClaude: unknown = expect.toBeOneOf(
  [2, 1].map((turns) => claudeAcpDriver.spentInTurns(turns).costUsd),
);

test.each<readonly [AgentDriver, object, object]>([
  [qwenAcpDriver, told(qwenAcpDriver, 1), told(qwenAcpDriver, 2)],
  [opencodeAcpDriver, NOTHING_TOLD, told(opencodeAcpDriver, 2)],
  [claudeAcpDriver, NOTHING_TOLD, { ...told(claudeAcpDriver, 2), costUsd: costOfClaude }],
])(
  "a session of $name is gone on with, and nothing counts twice",
  async (driver, first, second) => {
    await using stage = await setStage(driver, {
      resumed: [
        driver.runs("echo begun > work.txt"),
        REFUSED,
        driver.runs("echo done >> work.txt"),
        { text: "Done after all." },
      ],
    });
    const { project, endpoint } = stage;
    await project.orchestra(...startOf("resumed"), "-c", "grep -q done work.txt");
    expect((await project.orchestra("run")).exitCode).toBe(4);
    await project.orchestra("retry", "resumed");

    expect((await project.orchestra("run")).exitCode).toBe(0);
    const { attempts } = await shown(project, "resumed");
    expect(attempts).toMatchObject([
      { failure: { class: "auth" }, ...first },
      { resumesSession: true, sessionId: attempts[0]?.sessionId, ...second },
    ]);
    expect(project.read("work.txt")).toBe("begun\ndone\n");
    const said = endpoint.requests.at(-1)?.texts.map(({ text }) => text);
    expect(said?.filter((text) => text.includes("[script:resumed]"))).not.toEqual([]);
  },
);
