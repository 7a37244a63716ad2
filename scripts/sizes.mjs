// Prints what is shipped against its budget; exits 1 when something is over, unless BUDGETS=warn (work in progress,
// as in scripts/dev).
//
//   node scripts/sizes.mjs [script|worker|all]
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const part = process.argv[2] ?? "all";
const gzip = (path) => gzipSync(readFileSync(path), { level: 9 }).length;

const parts = {
  script: {
    what: "storefront script, brotli",
    size: () => JSON.parse(readFileSync("target/storefront/manifest.json", "utf8")).brotli,
    // A ratchet below the design's 20 kB. It grew from 16 when the tag became async: the script may come at any
    // moment, finds its own tag and the page's order by itself, asks before a code is given up, and keeps a link
    // where wasm is forbidden. From 17.4 it grew to 18.7 when web-sys typed the browser (0.8, once its imports had short
    // names) and Korean came (0.5), to 20 when a code came to be shown as a voucher, and the way to the payment page with
    // what is paid and a way on. The server draws the card since (0.4 less), wasm travels in text that brotli reads better
    // (0.4), calls that are made once need no import (0.7); for it came Chinese (0.7), the theme's colours and the rest.
    budget: 20_000,
  },
  worker: {
    what: "worker, gzip",
    size: () => gzip("worker/build/index.js") + gzip("worker/build/index_bg.wasm"),
    // A ratchet, there to notice a jump: what counts is the first request of a cold isolate, and a module is compiled
    // lazily. It grew from 365 when starts learned to read ahead and to queue, everything of both sides came to be read
    // piece by piece, settings came to be asked of their owner, and the panel came to say what stands in the way.
    // Comparing names as people read them brings Unicode's tables along, some 40 of it. From 534 it grew to 634 when
    // serde's derives took the place of our own JSON macros: more than expected, and still to be looked at. From 640
    // to 645 when a message came to be one row, and to be taken in again after a crash. To 680 when JSON came to be read
    // without a tree in between, and codes to be explained in three languages; to 692 with Chinese in both its scripts, and
    // to 705 with the way back by e-mail address, half of it sentences and the page.
    budget: 708_000,
  },
};

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

for (const [name, { what, size, budget }] of Object.entries(parts)) {
  if (part !== "all" && part !== name) continue;
  const bytes = size();
  const over = bytes > budget;
  console.log(`  ${over ? "✗" : "✓"} ${what.padEnd(26)} ${kilobytes(bytes).padStart(9)} of ${kilobytes(budget)}`);
  if (over && process.env.BUDGETS !== "warn") process.exitCode = 1;
}
