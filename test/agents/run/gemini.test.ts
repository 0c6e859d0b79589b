import { geminiDriver } from "../drivers/gemini.ts";
import { describeRuns } from "../run-suite.ts";

describeRuns(geminiDriver);
