// Miniflare and what wrangler.toml says to it. Required, not imported: an import first reads the two packages, ten
// megabytes, for the names they export, which takes as long as all the rest of a start; and the tests start some sixty
// workers.
import { createRequire, enableCompileCache } from "node:module";

enableCompileCache("target/node");

const require = createRequire(import.meta.url);

export const { Log, LogLevel, Miniflare, convertV4MiniflareOptions } = require("miniflare");
export const { unstable_getMiniflareWorkerOptions: workerOptionsOf } = require("wrangler");
