//! Requests of random method, path, headers and body, most of them nearly right: each is answered, none with an error that
//! nobody meant, and nothing is left behind.
//!
//! `RANDOM_REQUESTS` says how many (some thousand by default, 100,000 once an issue), `RANDOM_SEED` which.

use std::env;
use std::path::PathBuf;

use reqwest::Method;
use sandbox::bigcommerce::OrderSpec;
use sandbox::delivery::Mode;
use sandbox::harness::{Reply, Shop, World};
use sandbox::komoju::sign;
use serde_json::{Value, json};

use super::random::Random;
use super::strangers_leave_no_trace::databases;

const AT_ONCE: u64 = 8;

/// What a request is made of, as a store with one payment under way has it.
struct Parts {
    /// What may stand between two slashes of a path, or as a value in a query or a form.
    values: Vec<String>,
    bodies: Vec<Value>,
    secret: String,
    origin: String,
}

#[derive(Debug)]
struct Request {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

#[tokio::test]
async fn no_request_breaks_anything_or_leaves_anything_behind() {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (count, seed) = (number("RANDOM_REQUESTS").unwrap_or(3_000), number("RANDOM_SEED").unwrap_or(1));
    let world = World::own().await;
    let shop = Shop::open(&world).await;
    let parts = Parts::of(&shop).await;
    // Whatever a right request makes is there before anything is counted.
    let before = objects(&world);
    let one = async |n: u64| {
        let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(n));
        let request = parts.request(&mut random);
        let headers: Vec<_> = request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = world.send(request.method.clone(), &request.path, &headers, request.body.clone()).await;
        assert!(is_deliberate(&reply), "RANDOM_SEED={seed}, request {n}: {request:?}\n{reply:?}");
    };
    for n in 0..count / AT_ONCE {
        let n = n * AT_ONCE;
        tokio::join!(
            one(n),
            one(n + 1),
            one(n + 2),
            one(n + 3),
            one(n + 4),
            one(n + 5),
            one(n + 6),
            one(n + 7)
        );
    }
    let log = world.worker.log();
    assert!(!log.contains("panicked") && !log.contains("\"internal\""), "{log}");
    assert_eq!(objects(&world), before);
    shop.begin(&OrderSpec::new()).await;
}

/// The databases of our own objects; the rate limits of local workerd have some as well.
fn objects(world: &World) -> Vec<PathBuf> {
    let ours = |file: &PathBuf| file.components().any(|part| part.as_os_str() == "do");
    databases(world).into_iter().filter(ours).collect()
}

/// Errors of ours that a caller can do nothing about are answered with 503, and say which it is.
fn is_deliberate(reply: &Reply) -> bool {
    match reply.status {
        0..500 => true,
        503 => ["try_again", "busy", "komoju_unavailable", "bigcommerce_unavailable", "no_webhook_secret"]
            .iter()
            .any(|code| reply.body.contains(code)),
        _ => false,
    }
}

impl Parts {
    /// Of a shop where an order waits for its payment, another was paid, and the panel is open.
    async fn of(shop: &Shop<'_>) -> Self {
        let (order, session) = shop.begin(&OrderSpec::total(4_980)).await;
        let told = shop.arrive(&order).await;
        shop.world.sandbox.komoju.pay_card(&session.id, "4111111111111111").expect("the session takes cards");
        shop.when_status(&order, 11).await;
        shop.hooks(Mode::Lost);
        shop.webhooks(Mode::Lost);
        let panel = shop.open_panel().await;
        let payment = shop.world.sandbox.komoju.payments(&shop.merchant.id)[0].id.clone();
        let number = order.order_id.to_string();
        let values = vec![
            shop.hash.clone(),
            number.clone(),
            order.cart_id.clone(),
            told.token(),
            panel,
            session.id.clone(),
            payment.clone(),
            "ja".to_owned(),
            order.page.clone(),
        ];
        let bodies = vec![
            json!({ "store": shop.hash, "order_id": order.order_id, "cart_id": order.cart_id, "page": order.page,
                "locale": "ja", "intent": "arrive", "visit": "v1", "seen": { "amount": "4980.00", "currency": "JPY" } }),
            json!({ "id": "event-1", "type": "payment.captured", "resource": "event", "data": { "id": payment,
                "resource": "payment", "status": "captured", "amount": 4_980, "session": session.id,
                "metadata": { "bc_store": shop.hash, "bc_order": number } } }),
            json!({ "scope": "store/order/statusUpdated", "hash": "h1", "created_at": 1_795_399_140,
                "producer": format!("stores/{}", shop.hash), "data": { "type": "order", "id": order.order_id,
                "status": { "previous_status_id": 7, "new_status_id": 11 } } }),
        ];
        Self { values, bodies, secret: shop.webhook_secret.clone(), origin: shop.origin() }
    }

    fn request(&self, random: &mut Random) -> Request {
        let methods = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"];
        let method = match random.weighted(&[(4, 0), (4, 1), (1, 2)]) {
            0 => Method::GET,
            1 => Method::POST,
            _ => methods[usize::from(random.small(7))].parse().expect("a method"),
        };
        let body = self.body(random);
        let headers = self.headers(random, &body);
        let body = if method == Method::GET || method == Method::HEAD { Vec::new() } else { body };
        Request { method, path: self.path(random), headers, body }
    }

    fn path(&self, random: &mut Random) -> String {
        let routes = [
            "healthz",
            "api/payments",
            "api/payments/*",
            "go/*",
            "return/*",
            "status/*",
            "pay",
            "pay/*",
            "storefront/*",
            "storefront.js",
            "auth",
            "load",
            "uninstall",
            "remove_user",
            "panel",
            "panel/payments",
            "panel/payments/*",
            "panel/settings",
            "panel/keys",
            "panel/repair",
            "panel/*",
            "webhooks/komoju/*",
            "webhooks/bigcommerce/*",
            "*",
            "*/*",
            "*/*/*/*",
        ];
        let route = random.pick(&routes);
        let mut path = String::new();
        for part in route.split('/') {
            path.push('/');
            path.push_str(&if part == "*" { self.value(random) } else { part.to_owned() });
        }
        let names = [
            "t",
            "store",
            "order_id",
            "cart_id",
            "locale",
            "token",
            "signed_payload_jwt",
            "session_id",
            "code",
            "scope",
            "context",
            "search",
            "page",
            "state",
            "cursor",
        ];
        for n in 0..random.below(5) {
            path.push(if n == 0 { '?' } else { '&' });
            path.push_str(random.pick(&names));
            if !random.one_in(8) {
                path.push('=');
                path.push_str(&self.value(random));
            }
        }
        path
    }

    /// A right value, one that was right until something was changed in it, or none at all; for a path or a query.
    fn value(&self, random: &mut Random) -> String {
        let strange = [
            "",
            "0",
            "-1",
            "18446744073709551616",
            "%00",
            "%ff%fe",
            "..",
            "%2e%2e",
            "null",
            "a%0d%0ab",
            "%F0%9F%92%A9",
            "'; DROP TABLE records --",
            "<script>",
            "1e309",
            "0x10",
            " ",
        ];
        let right = any(random, &self.values);
        match random.below(4) {
            0 | 1 => escaped(right),
            2 => escaped(&spoilt(random, right)),
            _ => random.pick(&strange).replace([' ', '<', '>', '\''], "+"),
        }
    }

    fn headers(&self, random: &mut Random, body: &[u8]) -> Vec<(&'static str, String)> {
        let mut headers =
            vec![("cf-connecting-ip", format!("203.0.{}.{}", random.small(255), random.small(255)))];
        let types = [
            "application/json",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "x",
        ];
        let languages = ["ja", "en-US,en;q=0.5", "zh-TW", "*", "\u{7f}", "ja;q=9,;;,"];
        for n in 0..random.below(6) {
            headers.push(match n {
                0 => ("content-type", random.pick(&types).to_owned()),
                1 => (
                    "origin",
                    random.pick(&[&self.origin[..], "null", "https://evil.example", "x"]).to_owned(),
                ),
                2 => ("accept-language", random.pick(&languages).replace('\u{7f}', "")),
                3 => (
                    "x-komoju-signature",
                    match random.below(3) {
                        0 => "0".repeat(64),
                        _ => sign(&self.secret, body),
                    },
                ),
                4 => ("x-komoju-bigcommerce-secret", spoilt(random, &self.secret)),
                _ => ("cookie", "a=b; c".to_owned()),
            });
        }
        headers
    }

    /// One of the right bodies, with one of its values changed, or its text, or something else altogether.
    fn body(&self, random: &mut Random) -> Vec<u8> {
        let mut body = any(random, &self.bodies).clone();
        let text = match random.below(6) {
            0 => body.to_string(),
            1 | 2 => {
                change(random, &mut body);
                body.to_string()
            }
            3 => {
                let text = body.to_string();
                spoilt(random, &text)
            }
            4 => {
                let names = ["t", "id", "amount", "decision", "confirm", "key", "form"];
                (0..random.below(6))
                    .map(|_| format!("{}={}&", random.pick(&names), self.value(random)))
                    .collect()
            }
            _ => return (0..random.below(300)).map(|_| random.small(255)).collect(),
        };
        text.into_bytes()
    }
}

/// One of several, each as often.
fn any<'a, T>(random: &mut Random, of: &'a [T]) -> &'a T {
    &of[place(random, of.len())]
}

/// A place in a list of this length; 0 if it is empty.
fn place(random: &mut Random, length: usize) -> usize {
    usize::try_from(random.below(length as u64)).unwrap_or(0)
}

/// As it may stand in a path or a query.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The same text with something missing, doubled or changed.
fn spoilt(random: &mut Random, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let at = place(random, chars.len());
    match random.below(4) {
        0 => chars.truncate(at),
        1 => chars.extend_from_within(..at),
        _ if chars.is_empty() => {}
        2 => drop(chars.remove(at)),
        _ => chars[at] = random.pick(&['0', 'A', '"', '{', '-', 'é', '\u{1}']),
    }
    chars.into_iter().filter(|c| !c.is_control()).collect()
}

/// Changes one value, somewhere in it.
fn change(random: &mut Random, value: &mut Value) {
    let strange = [
        json!(null),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(""),
        json!("x".repeat(5_000)),
        json!([]),
        json!({}),
        json!(true),
        json!([[[[[[[[]]]]]]]]),
    ];
    let count = value.as_object().map_or(0, |fields| fields.len());
    if count == 0 || random.one_in(4) {
        *value = any(random, &strange).clone();
        return;
    }
    let at = place(random, count);
    if let Some((_, inner)) = value.as_object_mut().and_then(|fields| fields.iter_mut().nth(at)) {
        change(random, inner);
    }
}
