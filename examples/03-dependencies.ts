// Queues tasks that wait for each other. All of them are added, or none: a cycle is refused.
import { createOrchestra, OrchestraError } from "orchestra";

await using orchestra = await createOrchestra();

await orchestra.submit([
  { id: "plan", prompt: "Write plan.txt: First the walls" },
  { id: "walls", prompt: "Write walls.txt: Of brick", dependsOn: ["plan"] },
  { id: "garden", prompt: "Write garden.txt: With a tree", dependsOn: ["plan"], priority: 9 },
  {
    id: "roof",
    prompt: "Write roof.txt: Of slate",
    dependsOn: ["walls"],
    checks: ["test -s walls.txt"],
  },
]);

try {
  await orchestra.submit([
    { id: "hen", prompt: "Write hen.txt: From an egg", dependsOn: ["egg"] },
    { id: "egg", prompt: "Write egg.txt: Of a hen", dependsOn: ["hen"] },
  ]);
} catch (error) {
  if (!(error instanceof OrchestraError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}

await orchestra.run({ parallel: 2 });
for (const task of await orchestra.tasks()) console.log(`${task.id} ${task.state}`);
