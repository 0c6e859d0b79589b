import { opencodeDriver } from "../drivers/opencode.ts";
import { describeRuns } from "../run-suite.ts";

describeRuns(opencodeDriver);
