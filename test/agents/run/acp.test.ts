import { geminiAcpDriver } from "../drivers/acp.ts";
import { describeRuns } from "../run-suite.ts";

describeRuns(geminiAcpDriver);
