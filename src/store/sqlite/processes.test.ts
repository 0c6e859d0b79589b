import { processConformance } from "../conformance/processes.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

processConformance("SQLite", {
  newUrl: async () => `sqlite:${temporaryFile()}`,
  heardWithinMs: 100,
});
