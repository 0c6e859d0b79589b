// Answers a task that waits for a person, and takes another back that was cancelled.
import { createOrchestra } from "orchestra";

await using orchestra = await createOrchestra();
await orchestra.submit([
  {
    id: "letter",
    prompt: "Write letter.txt: Dear Ann",
    checks: ["grep -q Bob letter.txt"],
    maxRetries: 0,
  },
  { id: "stamp", prompt: "Write stamp.txt: Paid", dependsOn: ["letter"] },
]);
await orchestra.run();

const letter = await orchestra.task("letter");
console.log(`letter is ${letter?.state}: ${letter?.failure?.message}`);
const answer = { kind: "spawn", prompt: "Write letter.txt: Dear Bob" } as const;
const { title } = await orchestra.resolve("letter", answer);
console.log(`In its place: ${title}`);

const { state } = await orchestra.cancel("stamp");
console.log(`stamp is ${state}`);
await orchestra.retry("stamp", { note: "It is wanted after all." });

await orchestra.run();
for (const task of await orchestra.tasks()) console.log(`${task.id} ${task.state}`);
