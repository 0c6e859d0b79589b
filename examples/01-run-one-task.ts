// Queues one task, and works it until it is merged.
import { createOrchestra } from "orchestra";

await using orchestra = await createOrchestra();

const { id } = await orchestra.submit({ prompt: "Write hello.txt: Hello, world" });
const end = await orchestra.run();

const task = await orchestra.task(id);
console.log(`The queue is ${end.kind}, the task ${task?.state}, merged as ${task?.mergedCommit}.`);
