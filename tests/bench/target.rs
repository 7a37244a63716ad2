//! Who is sent messages: our worker and the bare one, about the same payments.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Method;
use sandbox::faults::Logged;
use sandbox::harness::{Code, Options, Shop, Workerd, fresh_folder};
use sandbox::komoju::sign;
use serde_json::{Value, json};

use super::load::{Message, Taken, send};

const SECRET: &str = "the peer's secret";

/// Someone to send messages to, and about whom.
pub struct Target {
    port: u16,
    store: String,
    secret: String,
    /// Orders, and the sessions in which they are paid: a message of a session that we do not know is dropped.
    orders: Vec<(u64, String)>,
    sent: usize,
}

impl Target {
    /// Our worker, about payments of this shop.
    pub fn of(shop: &Shop<'_>, orders: Vec<(u64, String)>) -> Self {
        Self {
            port: shop.world.worker.port(),
            store: shop.hash.clone(),
            secret: shop.webhook_secret.clone(),
            orders,
            sent: 0,
        }
    }

    /// Messages that were never sent before.
    pub fn fresh(&mut self, count: usize) -> Vec<Message> {
        let path = format!("/webhooks/komoju/{}", self.store);
        let message = |n: usize| {
            let (order, session) = &self.orders[n % self.orders.len()];
            let body = json!({
                "id": format!("event-{n}"), "type": "payment.updated", "resource": "event", "data": {
                    "id": format!("payment-{order}"), "resource": "payment", "status": "authorized", "amount": 4_980,
                    "tax": 0, "customer": null, "payment_deadline": "2031-01-01T14:59:59Z", "currency": "JPY",
                    "payment_details": { "type": "konbini", "store": "lawson", "email": "hanako@example.com" },
                    "session": session,
                    "metadata": { "bc_store": self.store, "bc_order": order.to_string() } } });
            Message::signed(&path, &self.secret, &body.to_string())
        };
        let messages = (self.sent..self.sent + count).map(message).collect();
        self.sent += count;
        messages
    }

    pub async fn takes(&mut self, count: usize, at_once: usize) -> Taken {
        let messages = self.fresh(count);
        send(self.port, messages, at_once, Duration::ZERO).await
    }
}

/// The bare worker, which keeps what it is told as ours does: on disk.
#[derive(Debug)]
pub struct Peer {
    pub worker: Workerd,
    store: String,
    folder: PathBuf,
}

impl Peer {
    /// One that is sent messages.
    pub fn start(store: &str) -> Self {
        Self::knowing(store, json!({ "secret": SECRET }))
    }

    /// One that makes the calls which our worker made when the shopper of `order` started: same addresses, same headers,
    /// same bodies.
    pub fn like_ours(shop: &Shop<'_>, order: u64) -> Self {
        let made = |method: &Method, path: &str| {
            let mut seen = shop.requests(method, path);
            seen.pop().unwrap_or_else(|| panic!("our worker has made {method} {path}"))
        };
        let read = made(&Method::GET, &format!("/v2/orders/{order}"));
        let asked = made(&Method::POST, "/sessions");
        let places = shop.world.sandbox.places();
        let known = json!({
            "secret": SECRET,
            "back": shop.origin(),
            "bigcommerce": {
                "url": format!("{}{}", places.bigcommerce_api(), read.path.replace(&order.to_string(), "ORDER")),
                "headers": headers(&read),
            },
            "komoju": {
                "url": format!("{}{}", places.komoju_api(), asked.path),
                "headers": headers(&asked),
                "body": serde_json::from_str::<Value>(&asked.body).expect("our worker sends JSON"),
            },
        });
        Self::knowing(&shop.hash, known)
    }

    fn knowing(store: &str, known: Value) -> Self {
        let folder = fresh_folder();
        let kv = BTreeMap::from([(format!("peer:{store}"), known.to_string())]);
        let (code, persist) = (Code::Peer("tests/bench/peer.mjs"), Some(folder.clone()));
        let worker = Workerd::start(Options { code, kv, persist, ..Options::default() });
        Self { worker, store: store.to_owned(), folder }
    }

    pub fn target(&self, shop: &Shop<'_>, orders: Vec<(u64, String)>) -> Target {
        Target { port: self.worker.port(), secret: SECRET.to_owned(), ..Target::of(shop, orders) }
    }

    /// A request of an address that is signed, as our addresses are: `what` about an order, or about the store.
    pub fn request(&self, method: &str, what: &str, order: Option<u64>) -> Message {
        self.request_with(method, what, order, "")
    }

    /// [`Self::request`] with more of a query, `&name=value`.
    pub fn request_with(&self, method: &str, what: &str, order: Option<u64>, more: &str) -> Message {
        let about = order.map(|order| format!("/{order}")).unwrap_or_default();
        let path = format!("/{what}/{}{about}", self.store);
        Message::new(method, &format!("{path}?t={}{more}", sign(SECRET, path.as_bytes())), &[], "")
    }
}

/// What the other side tells a caller by, and what it reads the body by.
fn headers(call: &Logged) -> Value {
    let wanted = ["x-auth-token", "authorization", "accept", "content-type"];
    let of = |name: &str| Some((name.to_owned(), json!(call.headers.get(name)?.to_str().ok()?)));
    Value::Object(wanted.into_iter().filter_map(of).collect())
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.worker.kill9();
        // What is left of it is in nobody's way.
        let _left = fs::remove_dir_all(&self.folder);
    }
}
