// Starts a process in a session of its own, whose parent then ends: a daemon, as it is called.
// Argument: the file that gets its pid.
import { spawn } from "node:child_process";

const file = process.argv[2];
const program = `
  require("node:fs").writeFileSync(${JSON.stringify(file)} + ".new", String(process.pid));
  require("node:fs").renameSync(${JSON.stringify(file)} + ".new", ${JSON.stringify(file)});
  setTimeout(() => {}, 600_000);
`;
const middle = `
  require("node:child_process")
    .spawn(process.execPath, ["-e", ${JSON.stringify(program)}], { detached: true, stdio: "ignore" })
    .unref();
`;
spawn(process.execPath, ["-e", middle], { detached: true, stdio: "ignore" }).unref();
