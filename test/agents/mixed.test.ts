import { expect, test } from "vitest";
import { DRIVERS } from "./drivers.ts";
import { claudeDriver } from "./drivers/claude.ts";
import { createProject } from "./real-project.ts";
import { startScriptedEndpoint } from "./scripted-endpoint.ts";
import { shown, startOf, told } from "./stage.ts";

test("agents of every vendor work one queue at once, and a task that waits for all of them", async () => {
  await using endpoint = await startScriptedEndpoint({
    ...Object.fromEntries(
      DRIVERS.map((driver) => [
        driver.name,
        [driver.runs(`echo ${driver.name} > ${driver.name}.txt`), { text: "Wrote it." }],
      ]),
    ),
    last: [
      claudeDriver.runs("cat *.txt | LC_ALL=C sort > all.txt"),
      { text: "Put them together." },
    ],
  });
  const agents = DRIVERS.map(async (driver) => {
    const settings = driver.settings(await driver.install(), endpoint.url);
    return [driver.name, { adapter: driver.adapter ?? driver.name, ...settings }] as const;
  });
  const names = DRIVERS.map(({ name }) => name);
  using project = createProject(
    JSON.stringify({
      agents: Object.fromEntries(await Promise.all(agents)),
      limits: { parallel: DRIVERS.length },
    }),
  );
  for (const name of names) await project.orchestra(...startWith(name, name));
  const after = names.flatMap((name) => ["--after", name]);
  await project.orchestra(...startWith(claudeDriver.name, "last"), ...after);

  expect((await project.orchestra("run")).exitCode).toBe(0);

  for (const driver of DRIVERS) {
    const { task, attempts } = await shown(project, driver.name);
    expect([driver.name, task.state, attempts]).toMatchObject([
      driver.name,
      "complete",
      [{ state: "succeeded", agent: driver.name, ...told(driver, 2) }],
    ]);
  }
  expect(project.read("all.txt")).toBe(
    names
      .toSorted()
      .map((name) => `${name}\n`)
      .join(""),
  );
});

function startWith(agent: string, script: string): string[] {
  const [start = "", ...words] = startOf(script);
  return [start, agent, ...words];
}
