// Stands in front of the built worker in tests. Everything goes through untouched, but for two things.
//
// Workers KV misbehaves for some keys: as an old copy, as none, as an exception, or as a write that waits until the fault
// is taken back.
//
//   POST /__kv {"key": "store:abc", "fault": "old" | "missing" | "fails" | "holds put" | "holds delete" | null}
//   POST /__kv {"key": "store:abc", "read": true}
//
// Answers {"now": what really lies there, "met": how many calls the fault has hit}.
//
// What is billed is counted: how often the worker and its objects were invoked, alarms among them, how many rows the
// objects have written, and how often they have set an alarm.
//
//   POST /__counts
//
// Answers {"worker": …, "PaymentObject": …, "StoreObject": …} with what was counted since the last such question.
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

const nothing = () => ({ invocations: 0, rows: 0, alarms: 0 });
const counts = { worker: nothing(), PaymentObject: nothing(), StoreObject: nothing() };

function countsSince() {
  const now = structuredClone(counts);
  for (const count of Object.values(counts)) Object.assign(count, nothing());
  return now;
}

// An object of the platform's whose properties `changed` may replace; its own methods want it as `this`.
const through = (object, changed) =>
  new Proxy(object, {
    get(object, name) {
      if (name in changed) return changed[name];
      const value = Reflect.get(object, name);
      return typeof value === "function" ? value.bind(object) : value;
    },
  });

function counted(context, count) {
  const { storage } = context;
  const sql = through(storage.sql, {
    exec(...query) {
      const cursor = storage.sql.exec(...query);
      count.rows += cursor.rowsWritten;
      return cursor;
    },
  });
  const setAlarm = (...at) => {
    count.alarms += 1;
    return storage.setAlarm(...at);
  };
  return through(context, { storage: through(storage, { sql, setAlarm }) });
}

function watched(built, count) {
  for (const name of ["fetch", "alarm"]) {
    const own = built.prototype[name];
    built.prototype[name] = function (...args) {
      count.invocations += 1;
      return own.apply(this, args);
    };
  }
  return new Proxy(built, {
    construct: (built, [context, env], target) =>
      Reflect.construct(built, [counted(context, count), surroundings(env)], target),
  });
}

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

export const PaymentObject = watched(built.PaymentObject, counts.PaymentObject);
export const StoreObject = watched(built.StoreObject, counts.StoreObject);

export default new Proxy(Worker, {
  construct(built, [context, env], target) {
    const worker = Reflect.construct(built, [context, surroundings(env)], target);
    return new Proxy(worker, {
      get(worker, name) {
        if (name !== "fetch") return Reflect.get(worker, name);
        return (request) => {
          const { pathname } = new URL(request.url);
          if (pathname === "/__kv") return change(request, env.STORE_KV);
          if (pathname === "/__counts") return Response.json(countsSince());
          counts.worker.invocations += 1;
          return worker.fetch(request);
        };
      },
    });
  },
});
