/** What an agent does; see `agent.sh`. */
type Kind =
  | "commit"
  | "leave"
  | "slow"
  | "flaky"
  | "crash"
  | "shared"
  | "amend"
  | "strays"
  | "endless"
  | "hopeless";

export type GraphTask = {
  readonly id: string;
  readonly kind: Kind;
  /** Tasks whose files it reads, so that it cannot work before they are merged. */
  readonly after?: readonly string[];
  /** More words for `orchestra start`. */
  readonly options?: readonly string[];
};

/** Nobody can do it, and nobody is to try twice: it comes to wait for a person. */
const HOPELESS = ["--max-retries", "0"];

/** Thirty tasks, with every kind of agent, at first beside each other and then behind each other. */
export const THIRTY_TASKS: readonly GraphTask[] = [
  { id: "a01", kind: "commit" },
  { id: "a02", kind: "leave" },
  { id: "a03", kind: "slow" },
  { id: "a04", kind: "flaky" },
  { id: "a05", kind: "shared" },
  { id: "a06", kind: "shared" },
  { id: "a07", kind: "shared" },
  { id: "a08", kind: "amend" },
  { id: "a09", kind: "crash" },
  { id: "a10", kind: "strays" },
  { id: "b01", kind: "commit", after: ["a01", "a02"] },
  { id: "b02", kind: "slow", after: ["a03"] },
  { id: "b03", kind: "commit", after: ["a04"] },
  { id: "b04", kind: "leave", after: ["a01"] },
  { id: "b05", kind: "leave", after: ["a05"] },
  { id: "b06", kind: "commit", after: ["a06", "a07"] },
  { id: "b07", kind: "amend", after: ["a08"] },
  { id: "b08", kind: "strays", after: ["a03"] },
  { id: "b09", kind: "commit", after: ["a09", "a10"] },
  { id: "c01", kind: "leave", after: ["b01", "b02"] },
  { id: "c02", kind: "commit", after: ["b03", "b04"] },
  { id: "c03", kind: "amend", after: ["b05"] },
  { id: "c04", kind: "commit", after: ["b06"] },
  { id: "c05", kind: "slow", after: ["b07"] },
  { id: "c06", kind: "leave", after: ["b08", "b09"] },
  { id: "d01", kind: "commit", after: ["c01", "c02", "c03"] },
  { id: "d02", kind: "flaky", after: ["c04", "c05", "c06"] },
  { id: "e01", kind: "commit", options: ["--no-merge"] },
  { id: "f01", kind: "hopeless", options: HOPELESS },
  { id: "f02", kind: "commit", after: ["f01"] },
];

/** The smallest that fails a check, meets a conflict, and needs what came before it. */
export const THREE_TASKS: readonly GraphTask[] = [
  { id: "a01", kind: "flaky" },
  { id: "a02", kind: "shared" },
  { id: "a03", kind: "shared" },
];

/** Some that take a while, fail a check or meet a conflict, and two that wait for them. */
export const SIX_TASKS: readonly GraphTask[] = [
  { id: "a01", kind: "slow" },
  { id: "a02", kind: "flaky" },
  { id: "a03", kind: "shared" },
  { id: "a04", kind: "shared" },
  { id: "a05", kind: "slow", after: ["a01", "a02"] },
  { id: "a06", kind: "leave", after: ["a03", "a04"] },
];
