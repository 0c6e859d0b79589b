import { writeSync } from "node:fs";

/** Says something to the test, and has said it when it returns: the program may be killed next. */
export function printLine(value: unknown): void {
  writeSync(1, `${String(value)}\n`);
}
