#!/usr/bin/env node
// Plain syntax and no imports above this check: an older Node has to come as far as its message.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    "orchestra needs Node 24 or later; this is " +
      process.version +
      " (" +
      process.execPath +
      ").\n",
  );
  process.exit(3);
}
const { enableCompileCache } = await import("node:module");
enableCompileCache();
await import("../dist/main.mjs");
