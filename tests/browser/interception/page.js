// Every case is a row: what a page calls, and what it tells of what it got. A row runs in two frames of its own, on a
// page with our script and on one without it, and both must tell the same.
//
// What our script is to make of it:
const HEARD = "heard"; // it takes the answer that the page gets
const ASKED = "asked"; // it asks for the order once itself
const EITHER = "either"; // one of both, as it happens
const IGNORED = "ignored"; // it takes no notice, and hears the next order
const SILENT = "silent"; // it cannot start anything

const rows = [];
/** A row of a page on which our script is there before the page does anything. */
const row = (name, hears, run) => rows.push({ name, hears, run: async (at) => (await at.us(), run(at)) });
/** A row that lets our script in at a moment of its own, by `at.us()`. */
const early = (name, hears, run) => rows.push({ name, hears, run });

const APP = document.currentScript.dataset.app;
const NEXT = 500;

/** What went wrong on this page without anybody catching it. */
const faults = [];
window.faults = faults;
addEventListener("error", ({ message }) => faults.push(`error ${message}`));
addEventListener("unhandledrejection", ({ reason }) => faults.push(`rejection ${reason?.name ?? reason}`));

/** Waits until something has happened, and what it has set off is over. */
const turn = () => new Promise((resolve) => setTimeout(resolve));
const until = async (holds) => {
  while (!holds()) await turn();
};

const load = (src) =>
  new Promise((resolve, reject) => {
    const tag = document.createElement("script");
    Object.assign(tag, { src, onload: resolve, onerror: reject });
    document.head.append(tag);
  });

/** What an error says of itself. */
const broken = ({ name, message }) => ({ name, message });
/** What comes of a call: its value, what it throws, or what it is rejected with. */
const outcome = async (call) => {
  try {
    return { value: await call() };
  } catch (error) {
    return { error: error instanceof Object ? broken(error) : String(error) };
  }
};

/** What a row finds on its page. */
const place = (number, withUs) => {
  const id = 1000 + number;
  return {
    id,
    /** The order's address: `answer` says how it is answered. */
    order: (answer, more = "") => `/api/storefront/orders/${id}?from=page${answer ? `&answer=${answer}` : ""}${more}`,
    /** Lets our script in, where this is the page with it. */
    us: (src = "/storefront.js") => (withUs ? load(`${APP}${src}?store=abc&methods=instore`) : Promise.resolve()),
  };
};

/** In a frame: runs its row, and tells the page around it. */
const runRow = async () => {
  const query = new URLSearchParams(location.search);
  const number = Number(query.get("row"));
  const withUs = query.has("us");
  const { hears, run } = rows[number];
  // Before the row may have broken them.
  const { open, send } = XMLHttpRequest.prototype;
  const told = await outcome(() => run(place(number, withUs)));
  await turn();
  if (hears === IGNORED) {
    const next = new XMLHttpRequest();
    (withUs ? next.open : open).call(next, "GET", `/api/storefront/orders/${1000 + number + NEXT}?from=page`);
    send.call(next);
  }
  parent.told(number, withUs, { ...told, after: [...faults] });
};

/** In the page around the frames: runs all rows, a few at a time. */
const runRows = async () => {
  const report = rows.map(({ name, hears }, number) => ({ name, hears, id: 1000 + number }));
  const waiting = new Map();
  window.told = (number, withUs, told) => {
    report[number][withUs ? "with" : "without"] = JSON.stringify(told);
    waiting.get(`${number} ${withUs}`)();
  };
  const one = (number, withUs) =>
    new Promise((resolve) => {
      waiting.set(`${number} ${withUs}`, resolve);
      const frame = document.createElement("iframe");
      frame.src = `/checkout/order-confirmation?row=${number}${withUs ? "&us" : ""}`;
      document.body.append(frame);
    });
  const left = [...rows.keys()];
  const lane = async () => {
    for (let number = left.shift(); number !== undefined; number = left.shift()) {
      await Promise.all([one(number, true), one(number, false)]);
    }
  };
  await Promise.all([lane(), lane()]);
  window.report = report;
};

addEventListener("DOMContentLoaded", () => (window === top ? runRows() : runRow()));
