#!/usr/bin/env node
"use strict";

// Plain syntax in this file: an older Node has to come as far as its message.
const NODE_MAJOR_MIN = 24;
const CONFIGURATION = 3;

const refusal = refusalHere();
if (refusal) {
  refuse(refusal);
} else {
  require("node:module").enableCompileCache();
  require("../dist/main.cjs");
}

/** Why nothing can be done here, if that is so; told like every other error. */
function refusalHere() {
  if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR_MIN) {
    const here = "this is " + process.version + " (" + process.execPath + ")";
    const advice = "Install it, or put it first on the PATH.";
    const message = "Node " + NODE_MAJOR_MIN + " or later is needed; " + here + ". " + advice;
    return { code: "NODE_TOO_OLD", message: message };
  }
  try {
    process.cwd();
    return undefined;
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    const message = "The folder you are in has been removed. Go to another one.";
    return { code: "NOT_A_REPOSITORY", message: message };
  }
}

function refuse(error) {
  process.stderr.write("orchestra: " + error.message + "\n");
  if (process.argv.includes("--json")) {
    process.stdout.write(JSON.stringify({ error: error }) + "\n");
  }
  process.exitCode = CONFIGURATION;
}
