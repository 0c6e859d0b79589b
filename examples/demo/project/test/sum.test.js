import assert from "node:assert/strict";
import test from "node:test";
import { sum } from "../src/sum.js";

test("the sum of nothing is zero", () => assert.equal(sum([]), 0));
test("prices add up", () => assert.equal(sum([250, 199]), 449));
