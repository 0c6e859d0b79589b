import assert from "node:assert/strict";
import test from "node:test";
import { discount } from "../src/discount.js";

test("ten per cent off", () => assert.equal(discount(1000, 10), 900));
test("a discount is rounded to whole cents", () => assert.equal(discount(999, 33), 669));
test("no discount goes below zero", () => assert.equal(discount(500, 120), 0));
