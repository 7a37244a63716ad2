// A bare worker that does what ours must do, and nothing else: it checks signatures, reads the store from KV, writes one
// row of an object, sets an alarm, makes the same calls, and answers. What ours costs beyond this is what we measure.
//
//   POST /webhooks/komoju/STORE   a message of KOMOJU's, kept as one row
//   POST /ahead/STORE/ORDER       reads the order, and keeps it in memory
//   POST /start/STORE/ORDER       reads the order, unless it is in memory; has KOMOJU make a session; keeps it
//   GET  /poll/STORE/ORDER        what is kept of the payment
//   GET  /back/STORE/ORDER        looks at the session, keeps it, leads back to the shop
//   GET  /panel/STORE             the last thirty rows as a page; with ?row=ID, that one is kept first
import { DurableObject } from "cloudflare:workers";

const utf8 = new TextEncoder();
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

async function isSigned(secret, body, signature) {
  const key = await crypto.subtle.importKey("raw", utf8.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
  return crypto.subtle.verify("HMAC", key, bytes(signature), utf8.encode(body));
}

async function read({ url, headers }, options = {}) {
  const answer = await fetch(url, { ...options, headers: { ...headers, ...options.headers } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

export class PaymentObject extends DurableObject {
  constructor(state, env) {
    super(state, env);
    state.storage.sql.exec("CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, body TEXT NOT NULL)");
  }

  async hear(id, body) {
    this.keep(id, body);
    await this.ctx.storage.setAlarm(Date.now() + 60_000);
  }

  async ahead(order, { bigcommerce }) {
    this.order = await read({ ...bigcommerce, url: bigcommerce.url.replace("ORDER", order) });
  }

  async start(order, known) {
    if (!this.order) await this.ahead(order, known);
    const { komoju } = known;
    const asked = { ...komoju.body, payment_data: { ...komoju.body.payment_data, external_order_num: `PEER-${order}` } };
    const headers = { "idempotency-key": crypto.randomUUID() };
    const session = await read(komoju, { method: "POST", headers, body: JSON.stringify(asked) });
    this.keep("session", JSON.stringify(session));
    await this.ctx.storage.setAlarm(Date.now() + 60_000);
    return session.session_url;
  }

  async back({ komoju }) {
    const { id } = JSON.parse(this.kept("session"));
    const session = await read({ ...komoju, url: `${komoju.url}/${id}` });
    this.keep("session", JSON.stringify(session));
    await this.ctx.storage.setAlarm(Date.now() + 60_000);
  }

  keep(id, body) {
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO message VALUES (?, ?)", id, body);
  }

  kept(id) {
    return this.ctx.storage.sql.exec("SELECT body FROM message WHERE id = ?", id).one().body;
  }

  page() {
    return this.ctx.storage.sql.exec("SELECT id, body FROM message ORDER BY id DESC LIMIT 30").toArray();
  }

  alarm() {}
}

export class StoreObject extends PaymentObject {}

const html = (rows) =>
  `<!doctype html><title>Payments</title><table>${rows
    .map(({ id, body }) => `<tr><td>${escaped(id)}</td><td>${escaped(body)}</td></tr>`)
    .join("")}</table>`;

async function hears(request, known, env, store) {
  const body = await request.text();
  if (!(await isSigned(known.secret, body, request.headers.get("x-komoju-signature") ?? ""))) {
    return new Response("bad signature", { status: 401 });
  }
  const event = JSON.parse(body);
  if (!event.data.metadata.bc_order) throw new Error("a message of no order");
  await env.PAYMENTS.get(env.PAYMENTS.idFromName(`${store}/${event.data.metadata.bc_order}`)).hear(event.id, body);
  return new Response("kept");
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const [, what, ...rest] = url.pathname.split("/");
    if (!["webhooks", "ahead", "start", "poll", "back", "panel"].includes(what)) return new Response("ok");
    const [store, order] = what === "webhooks" ? [rest[1]] : rest;
    const known = await env.STORE_KV.get(`peer:${store}`, "json");
    if (!known) return new Response("no such store", { status: 404 });
    if (what === "webhooks") return hears(request, known, env, store);
    // What stands in the address is signed, as ours is.
    if (!(await isSigned(known.secret, url.pathname, url.searchParams.get("t") ?? ""))) {
      return new Response("bad token", { status: 401 });
    }
    const objects = what === "panel" ? env.STORES : env.PAYMENTS;
    const object = objects.get(objects.idFromName(what === "panel" ? store : `${store}/${order}`));
    switch (what) {
      case "ahead":
        await object.ahead(order, known);
        return new Response("read");
      case "start":
        return Response.json({ state: "redirect", redirect_url: await object.start(order, known) });
      case "poll":
        return Response.json({ state: "open", session: JSON.parse(await object.kept("session")) });
      case "back":
        await object.back(known);
        return new Response(null, { status: 303, headers: { location: known.back } });
      default:
        if (url.searchParams.has("row")) await object.hear(url.searchParams.get("row"), "a payment of ¥4,980, paid");
        return new Response(html(await object.page()), { headers: { "content-type": "text/html; charset=utf-8" } });
    }
  },
};
