// Follows events in two sittings. What was seen last is a number: keep it, and nothing is missed or
// seen twice, whoever worked the queue meanwhile.
import { createOrchestra } from "orchestra";

let seen = 0;
{
  await using orchestra = await createOrchestra();
  await orchestra.submit({ id: "hello", prompt: "Write hello.txt: Hello, world" });
  for await (const event of orchestra.events()) {
    seen = event.seq;
    if (event.type === "task_added") break;
  }
  await orchestra.run();
}

await using orchestra = await createOrchestra();
for await (const event of orchestra.events({ afterSeq: seen })) {
  console.log(`${event.seq} ${event.type}`);
  if (event.type === "task_completed") break;
}
