#!/usr/bin/env node
"use strict";

// Plain syntax above this check: an older Node has to come as far as its message.
if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(
    "orchestra needs Node 24 or later; this is " +
      process.version +
      " (" +
      process.execPath +
      ").\n",
  );
  process.exit(3);
}
require("node:module").enableCompileCache();
require("../dist/main.cjs");
