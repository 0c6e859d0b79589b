import { qwenDriver } from "../drivers/qwen.ts";
import { describeRuns } from "../run-suite.ts";

describeRuns(qwenDriver);
