import { storeLocation } from "../../config/store-location.ts";
import { openStore, openStoreReader } from "../open-store.ts";
import type { Store, StoreReader } from "../store.ts";

const NO_PROJECT = { root: "/", blackboard: "" };

/** The store that a URL names. */
export async function storeAt(url: string): Promise<Store> {
  return openStore(storeLocation(url, NO_PROJECT));
}

/** The same for looking. */
export async function readerAt(url: string): Promise<StoreReader | undefined> {
  return openStoreReader(storeLocation(url, NO_PROJECT));
}
