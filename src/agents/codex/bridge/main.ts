import { runAsProgram } from "../../bridge/program.ts";
import { runBridge } from "./run-bridge.ts";

runAsProgram("own-sandbox", async ({ resumeId, isFlagged, ...given }, host) =>
  runBridge({ ...given, resumeThreadId: resumeId, hasOwnSandbox: isFlagged }, host),
);
