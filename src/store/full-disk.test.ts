import { expect, test } from "vitest";
import { z } from "zod";
import { startProgramUnshared } from "./testing/start-program.ts";
import { temporaryFolder } from "./sqlite/testing/temporary-file.ts";

const shown = z.object({ ids: z.array(z.string()), lastSeq: z.number() });
const report = z.object({
  kept: z.array(z.string()),
  writing: z.string(),
  beginning: z.string(),
  whenFull: shown,
  afterwards: shown,
});

test.for(["sqlite", "files"])(
  "on a full disk %s loses nothing, and goes on when there is space again",
  async (kind, context) => {
    const program = await startProgramUnshared("testing/on-full-disk", [kind, temporaryFolder()]);
    const refused = program.stderr.find((line) => /not permitted|denied|not found/.test(line));
    if (refused !== undefined) context.skip(`This system mounts no disk for a test: ${refused}`);

    expect(program.stderr).toEqual([]);
    const { kept, writing, beginning, whenFull, afterwards } = report.parse(
      JSON.parse(program.stdout.at(-1) ?? ""),
    );
    expect([writing, beginning]).toEqual(["NO_SPACE", "NO_SPACE"]);
    expect(kept.length).toBeGreaterThan(0);
    // Two events a task, and the one that makes the run.
    expect(whenFull).toEqual({ ids: kept.toSorted(), lastSeq: 2 * kept.length + 1 });
    expect(afterwards).toEqual({
      ids: ["after", ...kept].toSorted(),
      lastSeq: 2 * kept.length + 3,
    });
  },
);
