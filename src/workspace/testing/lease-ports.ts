import { leasePorts } from "../port-blocks.ts";

// Leases a block of ports to each of these folders, one after another, and prints their first ports.
const [file = "", size = "", ...paths] = process.argv.slice(2);
for (const path of paths) {
  process.stdout.write(`${await leasePorts({ file, size: Number(size) }, path)}\n`);
}
