import { OrchestraError } from "../../../core/errors.ts";
import { add } from "../../conformance/builders.ts";
import { openSqliteReader, openSqliteStore } from "../sqlite-store.ts";
import { printLine } from "../../testing/print-line.ts";

/** Opens and writes as a user without rights, whoever started it, and prints what came of it. */
const NOBODY = 65_534;

const [file = "", mode = "write"] = process.argv.slice(2);
// Rights bind everybody but the superuser; everything is imported before they are given up.
if (process.getuid?.() === 0) process.setuid?.(NOBODY);
try {
  if (mode === "read") await openSqliteReader(file)?.taskIdsWithPrefix("", 1);
  else await add(openSqliteStore(file), ["task"]);
  printLine("no error");
} catch (error) {
  if (!(error instanceof OrchestraError)) throw error;
  printLine(error.code);
  printLine(error.message);
}
