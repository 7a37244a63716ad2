// A bare worker that does what ours must do with a webhook, and nothing else: it checks the signature, reads the store
// from KV, writes the message as one row of the order's object, sets an alarm, and answers. What ours costs beyond
// this is what we measure.
import { DurableObject } from "cloudflare:workers";

const utf8 = new TextEncoder();
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

async function isSigned(secret, body, signature) {
  const key = await crypto.subtle.importKey("raw", utf8.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
  return crypto.subtle.verify("HMAC", key, bytes(signature), utf8.encode(body));
}

export class PaymentObject extends DurableObject {
  constructor(state, env) {
    super(state, env);
    state.storage.sql.exec("CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, body TEXT NOT NULL)");
  }

  async hear(id, body) {
    this.ctx.storage.sql.exec("INSERT OR IGNORE INTO message VALUES (?, ?)", id, body);
    await this.ctx.storage.setAlarm(Date.now() + 60_000);
  }

  alarm() {}
}

export class StoreObject extends PaymentObject {}

export default {
  async fetch(request, env) {
    const [, what, , store] = new URL(request.url).pathname.split("/");
    if (what !== "webhooks") return new Response("ok");
    const body = await request.text();
    const known = await env.STORE_KV.get(`peer:${store}`, "json");
    if (!known) return new Response("no such store", { status: 404 });
    if (!(await isSigned(known.secret, body, request.headers.get("x-komoju-signature") ?? ""))) {
      return new Response("bad signature", { status: 401 });
    }
    const event = JSON.parse(body);
    if (!event.data.metadata.bc_order) throw new Error("a message of no order");
    const object = env.PAYMENTS.get(env.PAYMENTS.idFromName(`${store}/${event.data.metadata.bc_order}`));
    await object.hear(event.id, body);
    return new Response("kept");
  },
};
