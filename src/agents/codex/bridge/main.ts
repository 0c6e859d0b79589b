import { runAsProgram } from "../../bridge/program.ts";
import { runBridge } from "./run-bridge.ts";

runAsProgram("own-sandbox", async (given, host) =>
  runBridge({ ...given, hasOwnSandbox: given.isFlagged }, host),
);
