// Runs the built worker in real workerd for the tests, configured by wrangler.toml itself, so that bindings,
// classes and compatibility date cannot drift from what is deployed.
//
//   node tests/workerd.mjs '{"port": 0, "persist": "<folder>", "vars": {"NAME": "value"}, "kv": {"key": "value"}}'
//
// "code" says what runs: "watched" (the default) is our worker with tests/watched.mjs in front of it and its log on
// stderr, "shipped" our worker as it is deployed, anything else the file of another worker.
// Prints one line {"url": …} on stdout once the worker answers; the worker's log goes to stderr.
// Ends when its stdin closes, so that it outlives no test run, not even a killed one, and takes the folder `scratch`
// with it, which whoever started it has named as TMPDIR.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions, workerOptionsOf } from "./miniflare.mjs";

const { port = 0, persist, vars = {}, kv = {}, scratch, code = "watched" } = JSON.parse(process.argv[2] ?? "{}");

const { workerOptions, main } = workerOptionsOf("wrangler.toml");
const folder = join(main, "..");

const ours = [
  { type: "ESModule", path: main },
  { type: "CompiledWasm", path: join(folder, "index_bg.wasm") },
];
const watcher = { type: "ESModule", path: join(folder, "watched.js"), contents: readFileSync("tests/watched.mjs") };
const modules = {
  watched: [watcher, ...ours],
  shipped: ours,
}[code] ?? [{ type: "ESModule", path: join(folder, "peer.js"), contents: readFileSync(code) }];
const watched = code === "watched";

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: "127.0.0.1",
    port,
    cf: false,
    telemetry: { enabled: false },
    // GET /cdn-cgi/local/scheduled is the daily cron.
    unsafeTriggerHandlers: true,
    log: new Log(watched ? LogLevel.WARN : LogLevel.NONE),
    handleStructuredLogs: ({ level, message }) => watched && console.error(`[${level}] ${message}`),
    resourcePersistencePath: persist ?? undefined,
    workers: [
      { ...workerOptions, modulesRoot: folder, modules, bindings: { ...workerOptions.bindings, ...vars } },
    ],
  }),
);

const end = () => {
  if (scratch) rmSync(scratch, { recursive: true, force: true });
  process.exit(0);
};
process.stdin.on("end", () => miniflare.dispose().finally(end)).resume();

const url = await miniflare.ready;
const namespace = await miniflare.getKVNamespace("STORE_KV");
// As scripts/deploy does: the script that this worker names is there before anyone asks.
const { hash } = JSON.parse(readFileSync("target/storefront/manifest.json", "utf8"));
await namespace.put(`script:${hash}`, readFileSync("target/storefront/storefront.js"));
await Promise.all(Object.entries(kv).map(([key, value]) => namespace.put(key, value)));
console.log(JSON.stringify({ url: url.origin }));
