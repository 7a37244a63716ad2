//! A shop and an app that fit on one page: enough for the script, and as odd as a test wants them. No worker runs here,
//! so a page with many frames costs little.
//!
//! The shop and the app are two ports of one server. The address of an order says how it is answered
//! (`?answer=429`), and what is answered bears that address as the order's cart, so that a start tells which answer
//! the script took.

use std::collections::HashSet;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::{fs, future};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, LOCATION, REFERER};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get, post};
use hyper::body::Frame;
use sandbox::harness::eventually;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The address that no browser connects to: a redirection there is a failure of the network.
const NOWHERE: &str = "http://127.0.0.1:1/";

/// What was published on 27 November 2026, under this hash. Stores may carry it for good.
pub const PUBLISHED: &str = "b25c8726fb5a0fe7a47f23d51b4a9666";
/// A version whose file cannot be had.
pub const FAILING: &str = "ffffffffffffffffffffffffffffffff";

/// A running shop with its app.
#[derive(Clone, Debug)]
pub struct Stand {
    pub shop: String,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    app: String,
    /// What stands in the page, `{app}` being the app's origin; and other files by their names.
    page: String,
    files: Vec<(&'static str, String)>,
    starts: Mutex<Vec<Start>>,
    asked: Mutex<Vec<String>>,
    /// Pages whose held answers may go out.
    open: watch::Sender<HashSet<String>>,
}

/// A start that the script asked the app for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    pub order: u64,
    /// The address of the answer that the script took.
    pub answer: String,
    pub intent: String,
}

impl Stand {
    /// A shop whose confirmation page, and every other page, is this HTML.
    pub async fn open(page: &str, files: Vec<(&'static str, String)>) -> Self {
        let (shop_door, shop) = door().await;
        let (app_door, app) = door().await;
        let page = page.replace("{app}", &app);
        let shared = Arc::new(Shared {
            app,
            page,
            files,
            starts: Mutex::default(),
            asked: Mutex::default(),
            open: watch::Sender::default(),
        });
        let router = Router::new()
            .route("/api/storefront/{kind}/{id}", any(order))
            .route("/api/storefront/{kind}/{id}/", any(order))
            .route("/ja/api/storefront/{kind}/{id}", any(order))
            .route("/api/payments", post(start))
            .route("/api/payments/{token}", get(look))
            .route("/pay/{order}", get(async || Html("<h1 id=komoju>KOMOJU</h1>")))
            .route("/storefront.js", get(newest))
            .route("/storefront/{file}", get(version))
            .route("/files/{name}", get(file))
            .route("/gate", get(gate))
            .route("/elsewhere", get(async || "elsewhere"))
            .fallback(page_of)
            .with_state(shared.clone());
        for door in [shop_door, app_door] {
            let router = router.clone();
            tokio::spawn(async move { axum::serve(door, router).await });
        }
        Self { shop, shared }
    }

    /// Where the shopper arrives.
    pub fn confirmation(&self) -> String {
        format!("{}/checkout/order-confirmation", self.shop)
    }

    /// What the script has started so far.
    pub fn starts(&self) -> Vec<Start> {
        self.shared.starts.lock().expect("no test panics here").clone()
    }

    /// The addresses by which this order was asked for, by the page or by us.
    pub fn asked(&self, order: u64) -> Vec<String> {
        let asked = self.shared.asked.lock().expect("no test panics here");
        let path = format!("/{order}");
        asked
            .iter()
            .filter(|address| before_query(address).trim_end_matches('/').ends_with(&path))
            .cloned()
            .collect()
    }

    /// Waits for a start of this order, and gives the first.
    pub async fn started(&self, order: u64) -> Start {
        let found = async || self.starts().into_iter().find(|start| start.order == order);
        eventually(format!("a start of order {order}"), found).await
    }
}

/// The address of our own question for an order.
pub fn own_question(order: u64) -> String {
    format!("/api/storefront/orders/{order}?include=payments")
}

fn before_query(address: &str) -> &str {
    address.split('?').next().unwrap_or_default()
}

async fn door() -> (TcpListener, String) {
    let door = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", door.local_addr().expect("bound"));
    (door, origin)
}

/// Every page of the shop.
async fn page_of(State(shared): State<Arc<Shared>>) -> Html<String> {
    Html(format!("<!doctype html><html lang=\"en\"><body>{}</body></html>", shared.page))
}

async fn order(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
    path: Path<(String, u64)>,
) -> Response {
    let Path((_, id)) = path;
    let address = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    shared.asked.lock().expect("no test panics here").push(address.clone());
    let answer = uri.query().and_then(|query| query.split("answer=").nth(1)).unwrap_or_default();
    if let Ok(code) = answer.parse::<u16>() {
        return refusal(StatusCode::from_u16(code).expect("the tables name real ones"));
    }
    let order = json!({
        "orderId": id,
        "status": "AWAITING_PAYMENT",
        "cartId": address,
        "orderAmount": 2030,
        "currency": { "code": "JPY" },
        "payments": [{ "providerId": "instore", "amount": 2030 }],
    });
    match answer {
        "html" => return allowed(Html("<p>We will be back soon.</p>")),
        "broken" => return allowed(as_json("{\"orderId\":")),
        "empty" => return allowed(as_json("")),
        "null" => return allowed(as_json("null")),
        "number" => return allowed(as_json("7")),
        "list" => return allowed(as_json("[1,2]")),
        "bare" => return allowed(as_json("{\"status\":\"AWAITING_PAYMENT\"}")),
        "odd" => return allowed(as_json("{\"status\":5,\"payments\":{\"length\":-1},\"cartId\":[]}")),
        "lost" => return (StatusCode::FOUND, [(LOCATION, NOWHERE)]).into_response(),
        "endless" => return allowed(as_json(Body::new(Endless { begun: false }))),
        "held" => future::pending().await,
        "gate" => shared.passed(&headers).await,
        _ => {}
    }
    allowed(as_json(order.to_string()))
}

fn as_json(body: impl IntoResponse) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], body)
}

/// For pages of any origin.
fn allowed(answer: impl IntoResponse) -> Response {
    ([(ACCESS_CONTROL_ALLOW_ORIGIN, "*")], answer).into_response()
}

fn refusal(status: StatusCode) -> Response {
    let body = json!({ "status": status.as_u16(), "title": "not today" }).to_string();
    let headers = [("retry-after", "1"), ("location", "/elsewhere")];
    match status.as_u16() {
        204 | 304 => (status, headers).into_response(),
        _ => (status, headers, as_json(body)).into_response(),
    }
}

/// A body that begins and never ends.
struct Endless {
    begun: bool,
}

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match std::mem::replace(&mut self.begun, true) {
            false => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"{\"orderId\":"))))),
            true => Poll::Pending,
        }
    }
}

impl Shared {
    async fn passed(&self, headers: &HeaderMap) {
        let page = referer(headers);
        let mut gate = self.open.subscribe();
        // The sender lives as long as this.
        let _open = gate.wait_for(|open| open.contains(&page)).await;
    }
}

/// Lets what this page is kept waiting for go out.
async fn gate(State(shared): State<Arc<Shared>>, headers: HeaderMap) {
    shared.open.send_modify(|open| {
        open.insert(referer(&headers));
    });
}

fn referer(headers: &HeaderMap) -> String {
    headers.get(REFERER).and_then(|page| page.to_str().ok()).unwrap_or_default().to_owned()
}

/// The first start of an order leads to the payment page; the next ones show how it stands.
async fn start(State(shared): State<Arc<Shared>>, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).expect("a start is JSON");
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let order = body["order_id"].as_u64().expect("a start names its order");
    let start = Start { order, answer: text("cart_id"), intent: text("intent") };
    let mut starts = shared.starts.lock().expect("no test panics here");
    let first = starts.iter().all(|other| other.order != order);
    starts.push(start);
    let view = match first {
        true => {
            json!({ "state": "redirect", "order": order, "redirect_url": format!("{}/pay/{order}", shared.app) })
        }
        false => unpaid(order),
    };
    allowed(as_json(view.to_string()))
}

async fn look(Path(token): Path<String>) -> Response {
    allowed(as_json(unpaid(token.parse().unwrap_or_default()).to_string()))
}

fn unpaid(order: u64) -> Value {
    json!({ "state": "unpaid", "order": order, "title": "Not paid yet", "pay": "Pay" })
}

async fn newest() -> Response {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/storefront/storefront.js");
    script(fs::read_to_string(file).expect("scripts/build has been run"))
}

/// The version that was published, or the newest under any other hash.
async fn version(Path(file): Path<String>) -> Response {
    match file.trim_end_matches(".js") {
        FAILING => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        PUBLISHED => script(format!("window.isPublished = true;{}", include_str!("published.js"))),
        _ => newest().await,
    }
}

async fn file(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    match shared.files.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => script(text.clone()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn script(text: String) -> Response {
    let headers = [("content-type", "text/javascript; charset=utf-8"), ("cache-control", "max-age=300")];
    allowed((headers, text))
}
