import { expect } from "vitest";
import { add } from "./builders.ts";
import type { Promises } from "./suite.ts";

/** Whoever watches hears of commits, late or twice but in the end. */
export const watchPromises: Promises = {
  "every watcher hears of a commit": async (store) => {
    const over = new AbortController();
    const heard = [0, 1].map(() => {
      const { promise, resolve } = Promise.withResolvers<void>();
      store.watch(() => resolve(), over.signal);
      return promise;
    });
    await add(store, ["one"]);
    expect(await Promise.all(heard)).toHaveLength(2);
    over.abort();
  },

  "a watcher who hears of a commit can read it": async (store) => {
    const over = new AbortController();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = async (): Promise<void> => {
      if ((await store.task("one")) !== undefined) resolve(true);
    };
    store.watch(() => void look(), over.signal);
    await add(store, ["one"]);
    expect(await promise).toBe(true);
    over.abort();
  },

  "a watcher is given the events of its own store's commit": async (store) => {
    const over = new AbortController();
    const heard: string[] = [];
    store.watch((events) => heard.push(...(events ?? []).map(({ type }) => type)), over.signal);
    await add(store, ["one"]);
    expect(heard).toContain("task_added");
    over.abort();
  },

  "a watcher who has gone, or never came, hears nothing": async (store) => {
    let calls = 0;
    const count = (): void => void calls++;
    store.watch(count, AbortSignal.abort());
    const over = new AbortController();
    store.watch(count, over.signal);
    over.abort();
    await add(store, ["one"]);
    expect(calls).toBe(0);
  },
};
