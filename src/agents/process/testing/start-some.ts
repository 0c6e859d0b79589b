import { systemClock } from "../../../system-clock.ts";
import { createPosixProcesses } from "../posix-processes.ts";
import { machineProcessTable } from "../process-table.ts";
import { aRequest } from "./a-request.ts";

// Starts one process in each folder it is given, and waits to be killed. Each ends, with its place
// among them as its exit code, once there is a file `go` in its folder.
const processes = createPosixProcesses({
  table: machineProcessTable(),
  clock: systemClock,
  onExit: () => undefined,
});
const folders = process.argv.slice(2);
for (const [index, folder] of folders.entries()) {
  const program = `echo begun; until [ -e go ]; do sleep 0.02; done; echo over; exit ${index}`;
  await processes.start(aRequest(folder, ["sh", "-c", program]));
}
process.stdout.write("started\n");
await systemClock.sleep(600_000, new AbortController().signal);
