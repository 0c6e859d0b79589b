import { describe, expect, test } from "vitest";
import { archivePromises } from "./conformance/archive.ts";
import { proveHistories } from "./conformance/history.ts";
import { leasePromises } from "./conformance/lease.ts";
import { readerPromises } from "./conformance/read.ts";
import { scopePromises } from "./conformance/scope.ts";
import type { OpenStore, Promises } from "./conformance/suite.ts";
import { transactPromises } from "./conformance/transact.ts";
import { watchPromises } from "./conformance/watch.ts";
import { wholePromises } from "./conformance/whole.ts";

const PROMISES: Promises = {
  ...transactPromises,
  ...scopePromises,
  ...readerPromises,
  ...leasePromises,
  ...watchPromises,
  ...archivePromises,
  ...wholePromises,
};

/** Thousands of commits, each of them on disk, and perhaps beside others who write. */
const HISTORIES_TIMEOUT_MS = 120_000;

/** All that `Store` promises, as tests; what is not in here is not promised. */
export function storeConformance(name: string, open: OpenStore): void {
  describe(`the ${name} store`, () => {
    test.each(Object.entries(PROMISES))("%s", async (_sentence, prove) => {
      expect.hasAssertions();
      const store = await open();
      try {
        await prove(store);
      } finally {
        await store.close();
      }
    });

    test(
      "the events of any history add up to exactly what the store shows",
      { timeout: HISTORIES_TIMEOUT_MS },
      async () => {
        expect.hasAssertions();
        await proveHistories(open);
      },
    );
  });
}
