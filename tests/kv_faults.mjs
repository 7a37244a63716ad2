// Stands in front of the built worker in tests, and makes Workers KV misbehave for some keys: as an old copy, or as an
// exception. Everything else goes through untouched.
//
//   POST /__kv {"key": "store:abc", "fault": "old" | "fails" | null}
//   POST /__kv {"key": "store:abc", "read": true} answers {"now": what really lies there}
import Worker, * as built from "./index.js";

const faults = new Map();
const old = new Map();

const failed = () => Promise.reject(new Error("KV: 500 Internal Server Error"));
const of = (key) => faults.get(key);

function faulty(kv) {
  return {
    get(key, options) {
      if (of(key) === "fails") return failed();
      return of(key) === "old" && !options ? Promise.resolve(old.get(key)) : kv.get(key, options);
    },
    put: (key, value) => (of(key) === "fails" ? failed() : kv.put(key, value)),
    delete: (key) => (of(key) === "fails" ? failed() : kv.delete(key)),
    list: (options) => (of("list") === "fails" ? failed() : kv.list(options)),
  };
}

const surroundings = (env) =>
  new Proxy(env, { get: (all, name) => (name === "STORE_KV" ? faulty(all[name]) : all[name]) });

const withFaults = (built) =>
  new Proxy(built, {
    construct: (built, [context, env], target) =>
      Reflect.construct(built, [context, surroundings(env)], target),
  });

async function change(request, kv) {
  const { key, fault, read } = await request.json();
  const now = await kv.get(key);
  if (fault === "old") old.set(key, now);
  if (!read) faults.set(key, fault);
  return Response.json({ now });
}

export const PaymentObject = withFaults(built.PaymentObject);
export const StoreObject = withFaults(built.StoreObject);

export default new Proxy(Worker, {
  construct(built, [context, env], target) {
    const worker = Reflect.construct(built, [context, surroundings(env)], target);
    return new Proxy(worker, {
      get(worker, name) {
        if (name !== "fetch") return Reflect.get(worker, name);
        return (request) => {
          const ours = new URL(request.url).pathname === "/__kv";
          return ours ? change(request, env.STORE_KV) : worker.fetch(request);
        };
      },
    });
  },
});
