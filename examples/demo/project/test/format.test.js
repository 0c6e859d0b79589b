import assert from "node:assert/strict";
import test from "node:test";
import { format } from "../src/format.js";

test("a price has two decimals and its currency", () => assert.match(format(1205), /^12\.05 [A-Z]{3}$/));
