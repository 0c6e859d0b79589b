import { runAsProgram } from "../../bridge/program.ts";
import { runBridge } from "./run-bridge.ts";

runAsProgram("deny", async ({ resumeId, isFlagged, ...given }, host) => {
  const permissions = isFlagged ? "deny" : "allow";
  return runBridge({ ...given, resumeSessionId: resumeId, permissions }, host);
});
