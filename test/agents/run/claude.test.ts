import { claudeDriver } from "../drivers/claude.ts";
import { describeRuns } from "../run-suite.ts";

describeRuns(claudeDriver);
