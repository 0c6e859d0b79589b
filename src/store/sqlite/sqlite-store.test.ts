import { storeConformance } from "../conformance.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

storeConformance("SQLite", async () => openSqliteStore(temporaryFile()));
