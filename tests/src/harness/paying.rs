//! The shopper's side of a [`Shop`] without a browser, and what a test may look at afterwards.

use axum::http::Method;
use serde_json::json;

use super::{Reply, Shop, eventually};
use crate::bigcommerce::{Actor, Order, OrderSpec, PlacedOrder};
use crate::delivery::Mode;
use crate::faults::{Fault, FaultKind, Logged, Side};
use crate::komoju::Session;

/// A cart id that is well-formed and no order's.
pub const ANOTHER_CART: &str = "0b0e7a8e-8d6c-4b5e-9f00-3c1d2e4f5a6b";

impl Reply {
    /// The picture's state, or the problem's code.
    #[must_use]
    pub fn word(&self) -> String {
        let body = self.json();
        body["state"].as_str().or(body["code"].as_str()).unwrap_or_default().to_owned()
    }

    /// The token that asks for the picture again.
    #[must_use]
    pub fn token(&self) -> String {
        self.text("token")
    }

    /// Values of the picture's lines.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let body = self.json();
        let lines = body["lines"].as_array().into_iter().flatten();
        lines.filter_map(|line| line["value"].as_str().map(str::to_owned)).collect()
    }
}

impl Shop<'_> {
    /// Posts a start as the storefront script does, with an `intent` of `arrive`, `pay` or `restart`.
    pub async fn start(&self, order: &PlacedOrder, intent: &str) -> Reply {
        self.arrive_with(order, json!({ "intent": intent })).await
    }

    /// Goes where a start says, and returns the KOMOJU session that the shopper then stands before.
    pub async fn go(&self, told: &Reply) -> Session {
        assert_eq!(told.word(), "redirect", "{told:?}");
        self.follow(&told.text("redirect_url")).await
    }

    /// Follows the link that the panel shows for the shopper, and returns the KOMOJU session behind it.
    pub async fn leave_by_link(&self, order: &PlacedOrder) -> Session {
        let link = self.pay_link(order).await.expect("the panel shows a payment link");
        self.follow(&link).await
    }

    async fn follow(&self, link: &str) -> Session {
        let answer = Reply::of(self.client.get(link)).await;
        let to = answer.header("location");
        let session = to.rsplit('/').next().unwrap_or_default();
        self.world.sandbox.komoju.session(session).unwrap_or_else(|e| panic!("{to} is a session: {e:?}"))
    }

    /// Places an order and takes its shopper to KOMOJU.
    pub async fn begin(&self, spec: &OrderSpec) -> (PlacedOrder, Session) {
        let order = self.order(spec);
        let session = self.leave_for_komoju(&order).await;
        (order, session)
    }

    /// The shopper reaches the confirmation page and is taken to KOMOJU. As the script does, asks again if the answer
    /// is that it could not be done in time.
    pub async fn leave_for_komoju(&self, order: &PlacedOrder) -> Session {
        let told = eventually("the shopper is taken to KOMOJU", async || {
            let told = self.arrive(order).await;
            (told.status != 503).then_some(told)
        });
        self.go(&told.await).await
    }

    /// The shopper comes back from KOMOJU by its own link.
    pub async fn come_back(&self, session: &Session) {
        let url = session.back().expect("every session of ours has a way back");
        assert_eq!(Reply::of(self.client.get(url)).await.status, 303);
    }

    /// The payment's picture, as the shopper's page polls it.
    pub async fn status(&self, token: &str) -> Reply {
        self.world.get(&format!("/api/payments/{token}?locale=en")).await
    }

    /// Polls until the picture's state is `state`.
    pub async fn status_when(&self, token: &str, state: &str) -> Reply {
        let poll = async || Some(self.status(token).await).filter(|told| told.word() == state);
        eventually(format!("a payment that is {state}"), poll).await
    }

    /// The order as BigCommerce has it now.
    #[must_use]
    pub fn now(&self, order: &PlacedOrder) -> Order {
        self.world.sandbox.bigcommerce.order(&self.hash, order.order_id)
    }

    /// The order as soon as it satisfies `done`.
    pub async fn when(&self, order: &PlacedOrder, done: impl Fn(&Order) -> bool) -> Order {
        self.world.sandbox.bigcommerce.order_when(&self.hash, order.order_id, done).await
    }

    /// The order as soon as it has this status.
    pub async fn when_status(&self, order: &PlacedOrder, status: u8) -> Order {
        self.when(order, |o| o.status_id == status).await
    }

    /// The merchant changes the status by hand, and no hook tells of it.
    pub fn move_unheard(&self, order: &PlacedOrder, status: u8) {
        self.hooks(Mode::Lost);
        self.world.sandbox.bigcommerce.set_status(&self.hash, order.order_id, status);
    }

    /// How BigCommerce's hooks fare from now on.
    pub fn hooks(&self, mode: Mode) {
        self.world.sandbox.delivery().set_mode(&self.hash, Side::BigCommerce, mode);
    }

    /// How KOMOJU's webhooks fare from now on.
    pub fn webhooks(&self, mode: Mode) {
        self.world.sandbox.komoju.set_mode(&self.merchant.id, mode);
    }

    /// A fault on this store's orders at BigCommerce.
    pub fn order_fault(&self, method: Method, kind: FaultKind, times: u32) {
        let fault = Fault::on(Side::BigCommerce, kind).tenant(&self.hash).method(method).path("/v2/orders/");
        self.world.sandbox.faults().add(fault.times(times));
    }

    /// A fault on this merchant's KOMOJU API.
    pub fn komoju_fault(&self, method: Method, path: &str, kind: FaultKind, times: u32) {
        let fault = Fault::on(Side::Komoju, kind).tenant(&self.merchant.id).method(method).path(path);
        self.world.sandbox.faults().add(fault.times(times));
    }

    /// Everything the worker has asked of BigCommerce for this store and of KOMOJU for this merchant, by method and
    /// part of the path, each side's oldest first.
    #[must_use]
    pub fn requests(&self, method: &Method, path: &str) -> Vec<Logged> {
        let faults = self.world.sandbox.faults();
        let all = [&self.hash, &self.merchant.id].map(|tenant| faults.requests(tenant));
        let wanted = |seen: &Logged| seen.method == *method && seen.path.contains(path);
        all.into_iter().flatten().filter(wanted).collect()
    }

    /// Waits until a request has arrived that is not answered yet.
    pub async fn underway(&self, method: Method, path: &str) {
        let waiting = async || {
            let seen = self.requests(&method, path);
            seen.iter().any(|seen| seen.status == 0 && !seen.cut).then_some(())
        };
        eventually(format!("{method} {path} underway"), waiting).await;
    }

    /// What the panel says a person must look at in this order's payment.
    pub async fn attention(&self, order: &PlacedOrder) -> Vec<String> {
        let html = self.panel(&format!("payments/{}", order.order_id)).await;
        let parts = html.split("<p class=\"attention\">").skip(1);
        parts.filter_map(|part| part.split("</p>").next()).map(str::to_owned).collect()
    }

    /// Waits until the panel asks a person to look at this order's payment, in these words.
    pub async fn attention_when(&self, order: &PlacedOrder, words: &str) {
        let asked = async || {
            let all = self.attention(order).await;
            all.iter().any(|one| one.contains(words)).then_some(())
        };
        eventually(format!("the panel to say {words:?}"), asked).await;
    }

    /// Waits until the panel's history of this order's payment has an entry of these words: `Paid` once the order has
    /// been told, and its answer is known.
    pub async fn history_when(&self, order: &PlacedOrder, words: &str) {
        let entry = format!("<td>{words}</td>");
        let page = format!("payments/{}", order.order_id);
        let entered = async || self.panel(&page).await.contains(&entry).then_some(());
        eventually(format!("the history to say {words:?}"), entered).await;
    }

    /// Waits until everything sent so far has arrived, both sides have been asked once more, and whatever came of it
    /// is done. What a test then sees stays as it is, unless something failed that has yet to be tried again:
    /// [`Shop::history_when`] waits for that.
    pub async fn quiet(&self, order: &PlacedOrder) {
        let delivery = self.world.sandbox.delivery();
        delivery.settled(&self.merchant.id, Side::Komoju).await;
        delivery.settled(&self.hash, Side::BigCommerce).await;
        let reads = || self.requests(&Method::GET, &format!("/v2/orders/{}?", order.order_id)).len();
        let before = reads();
        self.save(&format!("payments/{}", order.order_id), &[]).await;
        eventually("a look at the order", async || (reads() > before).then_some(())).await;
        // A wrong proof of a known order is refused without a call, once it is its turn: after the work under way.
        let refused = self.arrive_with(order, json!({ "cart_id": ANOTHER_CART })).await;
        let word = refused.word();
        assert!(["order_not_found", "too_many_requests"].contains(&word.as_str()), "{refused:?}");
    }
}

/// Statuses that our app gave an order, oldest first.
#[must_use]
pub fn moves(order: &Order) -> Vec<u8> {
    order.history.iter().filter(|change| change.by == Actor::App).map(|change| change.to).collect()
}

/// Our lines in the staff notes.
#[must_use]
pub fn notes(order: &Order) -> Vec<&str> {
    order.staff_notes.lines().filter(|line| line.starts_with("[KOMOJU")).collect()
}
