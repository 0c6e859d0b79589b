import type { Store } from "../store.ts";

/** Opens a store that is empty; what it leaves behind goes when the test is over. */
export type OpenStore = () => Promise<Store>;

/** What a store promises, sentence by sentence, each with its proof on a store of its own. */
export type Promises = Readonly<Record<string, (store: Store) => Promise<void>>>;
