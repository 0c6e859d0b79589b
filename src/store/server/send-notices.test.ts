import { expect, test } from "vitest";
import { createNotifier } from "./send-notices.ts";

test("after a version that was told of before, later ones are told of as ever", async () => {
  const sent: number[] = [];
  const notifier = createNotifier(async (version) => sent.push(version));
  for (const version of [5, 3, 6]) {
    notifier.notify(version);
    await notifier.flushed();
  }
  expect(sent).toEqual([5, 6]);
});
