//! Requests to the worker, made as a browser, BigCommerce, KOMOJU or an attacker would make them.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Reply, Shop, World};
use crate::bigcommerce::PlacedOrder;
use crate::faults::{Logged, Side};

impl World {
    /// Sends a request to a path of the worker; redirects are not followed.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Reply {
        let mut request =
            self.client().request(method, format!("{}{path}", self.app_url())).body(body.into());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Reply::of(request).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], "").await
    }

    /// Has the platform call the worker as it does once a day, and waits until it has done its work.
    pub async fn daily(&self) {
        let url = format!("http://127.0.0.1:{}/cdn-cgi/local/scheduled", self.worker.port());
        let answer = Reply::of(self.client().get(url)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// `POST /api/payments` with any body, sent as the script sends it.
    pub async fn post_start(&self, body: impl Into<Vec<u8>>) -> Reply {
        let kind = [("content-type", "text/plain;charset=UTF-8")];
        self.send(Method::POST, "/api/payments", &kind, body).await
    }
}

impl Shop<'_> {
    /// What the script posts when the shopper of `order` arrives at the confirmation page.
    #[must_use]
    pub fn arrival(&self, order: &PlacedOrder) -> Value {
        json!({
            "store": self.hash,
            "order_id": order.order_id,
            "cart_id": order.cart_id,
            "page": order.page,
            "locale": "en",
            "intent": "arrive",
        })
    }

    /// Starts the payment as the shopper's script does.
    pub async fn arrive(&self, order: &PlacedOrder) -> Reply {
        self.world.post_start(self.arrival(order).to_string()).await
    }

    /// Starts the payment with some fields of the body replaced.
    pub async fn arrive_with(&self, order: &PlacedOrder, changes: Value) -> Reply {
        let mut body = self.arrival(order);
        for (name, value) in changes.as_object().expect("changes are an object") {
            body[name] = value.clone();
        }
        self.world.post_start(body.to_string()).await
    }

    /// Requests that the worker has made on behalf of this shop, each as `GET /path`; BigCommerce first.
    fn calls(&self, of: impl Fn(&Logged) -> bool) -> Vec<String> {
        let faults = self.world.sandbox.faults();
        let both = [faults.requests(&self.hash), faults.requests(&self.merchant.id)].concat();
        both.iter().filter(|seen| of(seen)).map(|seen| format!("{} {}", seen.method, seen.path)).collect()
    }

    /// Every change that was asked of an order or of KOMOJU so far.
    #[must_use]
    pub fn deeds(&self) -> Vec<String> {
        self.calls(|seen| {
            seen.method != Method::GET && (seen.side == Side::Komoju || seen.path.contains("/orders/"))
        })
    }

    /// Every request about an order, reading or writing, so far.
    #[must_use]
    pub fn calls_about(&self, order: u64) -> Vec<String> {
        let path = format!("/orders/{order}");
        let about = |seen: &Logged| {
            seen.path.split('?').next().is_some_and(|p| p.ends_with(&path) || p.contains(&format!("{path}/")))
        };
        self.calls(about)
    }
}
