import { expect, test } from "vitest";
import { BAD_TURNS } from "./bad-ends.ts";
import { qwenAcpDriver as driver } from "./drivers/acp.ts";
import { setStage, shown, startOf, told } from "./stage.ts";

test("a session of another agent of the protocol is gone on with, exact to the token", async () => {
  await using stage = await setStage(driver, {
    resumed: [
      driver.runs("echo begun > work.txt"),
      BAD_TURNS.refused,
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
    { failure: { class: "auth" }, ...told(driver, 1) },
    { resumesSession: true, sessionId: attempts[0]?.sessionId, ...told(driver, 2) },
  ]);
  expect(project.read("work.txt")).toBe("begun\ndone\n");
  const said = endpoint.requests.at(-1)?.texts.map(({ text }) => text);
  expect(said?.filter((text) => text.includes("[script:resumed]"))).not.toEqual([]);
});
