// The agent of the examples: it is told "Write FILE: TEXT", and does.
import { readFileSync, writeFileSync } from "node:fs";

const [, file, text] = /^Write (\S+): (.*)$/m.exec(readFileSync(0, "utf8"));
writeFileSync(file, `${text}\n`);
console.log(`Wrote ${file}.`);
