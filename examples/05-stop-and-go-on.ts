// Stops working a queue when somebody says so. Agents that are at work go on; the next run, here or
// by `orchestra run`, takes them up.
import { createOrchestra } from "orchestra";

await using orchestra = await createOrchestra();
await orchestra.submit([
  { id: "first", prompt: "Write first.txt: One" },
  { id: "second", prompt: "Write second.txt: Two", dependsOn: ["first"] },
]);

const enough = new AbortController();
const working = orchestra.run({ signal: enough.signal });
for await (const event of orchestra.events()) {
  if (event.type === "attempt_started") break;
}
enough.abort();
console.log(`The first run was ${(await working).kind}.`);

const { kind } = await orchestra.run();
console.log(`The second leaves the queue ${kind}.`);
for (const task of await orchestra.tasks()) console.log(`${task.id} ${task.state}`);
