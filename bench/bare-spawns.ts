import { spawn } from "node:child_process";
import { once } from "node:events";

// Spawns `true` as often as the first argument says, as many at a time as the second says, from a
// process that holds nothing else; prints the milliseconds it took.
let left = Number(process.argv[2]);
const startedMs = performance.now();
await Promise.all(
  Array.from({ length: Number(process.argv[3]) }, async () => {
    while (left-- > 0) await once(spawn("true", { stdio: "ignore" }), "exit");
  }),
);
process.stdout.write(String(performance.now() - startedMs));
