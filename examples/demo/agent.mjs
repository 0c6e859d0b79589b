// One of the demo's agents: a plain script in place of a model. Like a real one it is given a
// prompt, edits files in its own worktree, commits, and ends. What it knows, it reads in the prompt.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const prompt = readFileSync(0, "utf8");
const firstLine = prompt.split("\n", 1)[0];

const WORK = {
  sum() {
    replace("src/sum.js", /throw .*/, "return prices.reduce((total, price) => total + price, 0);");
    commit("Sum prices");
  },

  // Forgets a rule at first. The retry's prompt holds the failing test, and that helps.
  discount() {
    const isWarned = prompt.includes("no discount goes below zero");
    const price = "Math.round(price * (1 - percent / 100))";
    const body = isWarned ? `return Math.max(0, ${price});` : `return ${price};`;
    console.log(isWarned ? "The last attempt went below zero: now it stops there." : "Easy.");
    replace("src/discount.js", /throw .*|return .*/, body);
    commit("Take a discount off a price");
  },

  // Does not guess: without a person's word it gives up.
  currency() {
    const [, currency] = /## A person adds\s+.*\b([A-Z]{3})\b/.exec(prompt) ?? [];
    if (currency === undefined) {
      console.log("Which currency does the shop use? I will not guess.");
      process.exit(1);
    }
    replace("src/format.js", /throw .*/, `return \`\${(cents / 100).toFixed(2)} ${currency}\`;`);
    commit(`Print prices in ${currency}`);
  },

  // These two change the same line at the same time, so one of them meets a merge conflict.
  async refunds() {
    await sleep(400);
    replace("src/features.js", /\n\];/, '\n  "refunds",\n];');
    commit("Announce refunds");
  },
  async vouchers() {
    await sleep(800);
    replace("src/features.js", /\n\];/, '\n  "vouchers",\n];');
    commit("Announce vouchers");
  },

  README() {
    const features = readFileSync("src/features.js", "utf8").match(/(?<=")\w+(?=")/g);
    const list = features.map((feature) => `- ${feature}`).join("\n");
    writeFileSync("README.md", `# till\n\nSums for a shop's till.\n\n${list}\n`);
    commit("List the features in the README");
  },
};

const [job, work] = Object.entries(WORK).find(([name]) => firstLine.includes(name));
console.log(`I work on: ${job}`);
await sleep(300);
await work();

function replace(file, pattern, text) {
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace(pattern, () => text),
  );
  console.log(`wrote ${file}`);
}

function commit(message) {
  execFileSync("git", ["commit", "-q", "-a", "-m", message]);
  console.log(`committed: ${message}`);
}
