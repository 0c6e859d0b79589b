import { storeConformance } from "../conformance.ts";
import { openMemoryStore } from "./memory-store.ts";

storeConformance("memory", async () => openMemoryStore());
