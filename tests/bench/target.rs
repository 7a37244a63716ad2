//! Who is sent messages: our worker and the bare one, about the same payments.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use sandbox::harness::{Code, Options, Shop, Workerd, fresh_folder};
use serde_json::json;

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
    folder: PathBuf,
}

impl Peer {
    pub fn start(store: &str) -> Self {
        let (secret, folder) = (json!({ "secret": SECRET }).to_string(), fresh_folder());
        let kv = BTreeMap::from([(format!("peer:{store}"), secret)]);
        let (code, persist) = (Code::Peer("tests/bench/peer.mjs"), Some(folder.clone()));
        let worker = Workerd::start(Options { code, kv, persist, ..Options::default() });
        Self { worker, folder }
    }

    pub fn target(&self, shop: &Shop<'_>, orders: Vec<(u64, String)>) -> Target {
        Target { port: self.worker.port(), secret: SECRET.to_owned(), ..Target::of(shop, orders) }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.worker.kill9();
        // What is left of it is in nobody's way.
        let _left = fs::remove_dir_all(&self.folder);
    }
}
