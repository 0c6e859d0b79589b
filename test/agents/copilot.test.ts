import { expect, test } from "vitest";
import { configOf } from "./driver.ts";
import { copilotDriver } from "./drivers/copilot.ts";
import { createProject } from "./real-project.ts";
import { startScriptedEndpoint } from "./scripted-endpoint.ts";

type Shown = { readonly attempts: readonly { readonly usage: object }[] };

test("an attempt that times out is charged for its turns, and the one that resumes it for the rest", async () => {
  await using endpoint = await startScriptedEndpoint({
    slow: [
      copilotDriver.runs("echo begun > work.txt"),
      { hang: true },
      copilotDriver.runs("echo done >> work.txt"),
      { text: "Done after all." },
    ],
  });
  const executable = await copilotDriver.install();
  using project = createProject(configOf(copilotDriver, executable, endpoint.url));
  await project.orchestra("start", "[script:slow] Do it.", "--id", "slow", "--timeout", "15s");

  expect((await project.orchestra("run")).exitCode).toBe(0);
  const { attempts } = (await project.json("show", "slow")) as Shown;
  expect(attempts).toMatchObject([
    { failure: { class: "timeout" }, ...spentIn(1) },
    { resumesSession: true, state: "succeeded", ...spentIn(2) },
  ]);
  expect(project.read("work.txt")).toBe("begun\ndone\n");
});

function spentIn(turns: number): object {
  return { usage: copilotDriver.spentInTurns(turns).usage };
}
