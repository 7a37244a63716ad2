// Writes and reads the worker's storage while no worker runs on it: Durable Objects with their alarms, and KV. It does so
// in workerd, under the names of wrangler.toml, so that what it writes lies where the worker looks for it, and as workerd
// itself writes.
//
//   node tests/scribe.mjs <<<'{"persist": "<folder>", "write": [OBJECT…], "put": {"key": "value"}, "read": [NAME…],
//                              "get": ["key"…]}'
//
// An OBJECT is {"binding", "name", "alarm", "sql": [statement…]}; one without "sql" is only named, to be read. Written
// objects hold nothing else afterwards. Prints {"objects": [OBJECT…], "kv": {"key": "value" or null}} of what was read.
import { text } from "node:stream/consumers";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions, workerOptionsOf } from "./miniflare.mjs";

const { persist, write = [], put = {}, read = [], get = [] } = JSON.parse(await text(process.stdin));
const { workerOptions } = workerOptionsOf("wrangler.toml");

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    cf: false,
    telemetry: { enabled: false },
    log: new Log(LogLevel.ERROR),
    resourcePersistencePath: persist,
    workers: [
      {
        ...workerOptions,
        modules: [{ type: "ESModule", path: "tests/scribe_worker.mjs" }],
      },
    ],
  }),
);

const ask = async ({ binding, name, ...question }) => {
  const objects = await miniflare.getDurableObjectNamespace(binding);
  const body = JSON.stringify(question);
  const answer = await objects.get(objects.idFromName(name)).fetch("http://scribe/", { method: "POST", body });
  if (!answer.ok) throw new Error(`${binding} ${name}: ${await answer.text()}`);
  return { binding, name, ...(await answer.json()) };
};

const kv = await miniflare.getKVNamespace("STORE_KV");
for (const object of write) await ask(object);
for (const [key, value] of Object.entries(put)) await kv.put(key, value);
const found = { objects: [], kv: {} };
for (const { binding, name } of read) found.objects.push(await ask({ binding, name }));
for (const key of get) found.kv[key] = await kv.get(key);
await miniflare.dispose();
console.log(JSON.stringify(found));
