import { codexDriver } from "../drivers/codex.ts";
import { describeRuns } from "../run-suite.ts";

describeRuns(codexDriver);
