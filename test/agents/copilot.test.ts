import { expect, test } from "vitest";
import { copilotDriver } from "./drivers/copilot.ts";
import { setStage, shown, startOf, told } from "./stage.ts";

test("an attempt that times out is charged for its turns, and the one that resumes it for the rest", async () => {
  await using stage = await setStage(copilotDriver, {
    slow: [
      copilotDriver.runs("echo begun > work.txt"),
      { hang: true },
      copilotDriver.runs("echo done >> work.txt"),
      { text: "Done after all." },
    ],
  });
  const { project } = stage;
  await project.orchestra(...startOf("slow"), "--timeout", "15s");

  expect((await project.orchestra("run")).exitCode).toBe(0);
  const { attempts } = await shown(project, "slow");
  expect(attempts).toMatchObject([
    { failure: { class: "timeout" }, ...told(copilotDriver, 1) },
    { resumesSession: true, state: "succeeded", ...told(copilotDriver, 2) },
  ]);
  expect(project.read("work.txt")).toBe("begun\ndone\n");
});
