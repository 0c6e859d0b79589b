// Follows what happens while the queue is worked. Each event has a type, and the fields of that type.
import { createOrchestra, type RecordedEvent } from "orchestra";

await using orchestra = await createOrchestra();
const { id } = await orchestra.submit({ prompt: "Write hello.txt: Hello, world" });

const working = orchestra.run();
for await (const event of orchestra.events()) {
  console.log(`${event.seq} ${happening(event)}`);
  if (event.type === "task_completed" && event.taskId === id) break;
}
await working;

function happening(event: RecordedEvent): string {
  switch (event.type) {
    case "task_added":
      return `queued: ${event.definition.title}`;
    case "attempt_assigned":
      return `attempt ${event.number} goes to ${event.agent}`;
    case "attempt_finished":
      return `finished on ${event.commit.slice(0, 10)}`;
    default:
      return event.type;
  }
}
