import { setTimeout as sleep } from "node:timers/promises";

/** A notice waits this long for what else is committed: one at a time holds up everybody's commits. */
const BETWEEN_NOTICES_MS = 25;

export type Notifier = {
  /** Has others told of `version`, soon. Never throws: a notice that is lost costs time alone. */
  readonly notify: (version: number) => void;
  /** Resolves when the last one is sent. */
  readonly flushed: () => Promise<void>;
};

/** Sends notices apart from the commits that they tell of, the first at once, and few a second. */
export function createNotifier(send: (version: number) => Promise<unknown>): Notifier {
  const closing = new AbortController();
  let latest = 0;
  let sent = 0;
  let sending: Promise<void> | undefined;
  const sendAll = async (): Promise<void> => {
    while (sent < latest) {
      sent = latest;
      await send(sent).catch(() => undefined);
      await pause(closing.signal);
    }
    sending = undefined;
  };
  return {
    notify: (version) => {
      // Lower where a copy of the blackboard was put in its place.
      if (version <= latest) return;
      latest = version;
      sending ??= sendAll();
    },
    flushed: async () => {
      closing.abort();
      await sending;
    },
  };
}

/** Ends early, without complaint, when `signal` aborts. */
async function pause(signal: AbortSignal): Promise<void> {
  await sleep(BETWEEN_NOTICES_MS, undefined, { signal, ref: false }).catch(() => undefined);
}
