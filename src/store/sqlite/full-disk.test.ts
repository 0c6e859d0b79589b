import { expect, test } from "vitest";
import { z } from "zod";
import { startProgramUnshared } from "../testing/start-program.ts";
import { temporaryFolder } from "./testing/temporary-file.ts";

const shown = z.object({ ids: z.array(z.string()), lastSeq: z.number() });
const report = z.object({
  kept: z.array(z.string()),
  writing: z.string(),
  opening: z.string(),
  whenFull: shown,
  afterwards: shown,
});

test("a full disk loses nothing, and work goes on when there is space again", async (context) => {
  const program = await startProgramUnshared("sqlite/testing/on-full-disk", [temporaryFolder()]);
  const refused = program.stderr.find((line) => /not permitted|denied|not found/.test(line));
  if (refused !== undefined) context.skip(`This system mounts no disk for a test: ${refused}`);

  expect(program.stderr).toEqual([]);
  const { kept, writing, opening, whenFull, afterwards } = report.parse(
    JSON.parse(program.stdout.at(-1) ?? ""),
  );
  expect([writing, opening]).toEqual(["NO_SPACE", "NO_SPACE"]);
  expect(kept.length).toBeGreaterThan(0);
  // Two events a task, and the one that makes the run.
  expect(whenFull).toEqual({ ids: kept.toSorted(), lastSeq: 2 * kept.length + 1 });
  expect(afterwards).toEqual({
    ids: ["after", ...kept].toSorted(),
    lastSeq: 2 * kept.length + 3,
  });
});
