import { copilotDriver } from "../drivers/copilot.ts";
import { describeRuns } from "../run-suite.ts";

describeRuns(copilotDriver);
