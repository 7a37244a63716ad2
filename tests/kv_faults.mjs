// Stands in front of the built worker in tests, and makes Workers KV misbehave for some keys: as an old copy, as none,
// as an exception, or as a write that waits until the fault is taken back. Everything else goes through untouched.
//
//   POST /__kv {"key": "store:abc", "fault": "old" | "missing" | "fails" | "holds put" | "holds delete" | null}
//   POST /__kv {"key": "store:abc", "read": true}
//
// Answers {"now": what really lies there, "met": how many calls the fault has hit}.
import Worker, * as built from "./index.js";

const faults = new Map();
const old = new Map();

const failed = () => Promise.reject(new Error("KV: 500 Internal Server Error"));
const met = new Map();

function does(key, fault) {
  if (faults.get(key) !== fault) return false;
  met.set(key, (met.get(key) ?? 0) + 1);
  return true;
}

// Each call looks by itself: one request may not wake another.
async function until(key, fault) {
  if (!does(key, fault)) return;
  while (faults.get(key) === fault) await new Promise((resolve) => setTimeout(resolve, 20));
}

function faulty(kv) {
  return {
    get(key, options) {
      if (does(key, "fails")) return failed();
      if (does(key, "missing")) return Promise.resolve(null);
      return !options && does(key, "old") ? Promise.resolve(old.get(key)) : kv.get(key, options);
    },
    async put(key, value, options) {
      if (does(key, "fails")) return failed();
      await until(key, "holds put");
      return kv.put(key, value, options);
    },
    async delete(key) {
      if (does(key, "fails")) return failed();
      await until(key, "holds delete");
      return kv.delete(key);
    },
    list: (options) => (does("list", "fails") ? failed() : kv.list(options)),
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
  if (!read) {
    faults.set(key, fault);
    met.delete(key);
  }
  return Response.json({ now, met: met.get(key) ?? 0 });
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
