import { runAsProgram } from "../../bridge/program.ts";
import { runBridge } from "./run-bridge.ts";

runAsProgram("deny", async (given, host) =>
  runBridge({ ...given, permissions: given.isFlagged ? "deny" : "allow" }, host),
);
