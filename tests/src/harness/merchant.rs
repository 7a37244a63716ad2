//! What the merchant sets, and what became of the money: settings, payments at KOMOJU, refunds on either side.

use reqwest::Method;

use super::{Shop, eventually};
use crate::bigcommerce::{Order, OrderSpec, PlacedOrder};
use crate::faults::Logged;
use crate::komoju::{Payment, PaymentStatus, Session, SessionStatus};

/// A card that is always good.
const CARD: &str = "4111111111111111";

/// The settings form as a new store shows it.
const SETTINGS: [(&str, &str); 8] = [
    ("capture", "auto"),
    ("authorized_status", "11"),
    ("capture_on_shipping", "1"),
    ("unpaid", "leave"),
    ("unpaid_grace_hours", "72"),
    ("refunds", "confirm"),
    ("watch_new_orders", "1"),
    ("prefix", "BC-"),
];

impl Shop<'_> {
    /// Saves the settings form: a new store's, but for these fields. An empty value leaves a box unticked.
    pub async fn set(&self, changes: &[(&str, &str)]) {
        let mut fields = SETTINGS.to_vec();
        fields.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.save("settings", &fields).await;
    }

    /// The merchant decides something on the payment's page, and is heard: `("confirm", &[("refund", "12")])`.
    pub async fn decide(&self, order: &PlacedOrder, act: &str, fields: &[(&str, &str)]) {
        let to = self.press(order, act, fields).await;
        assert!(to.contains("done=decided") || to.contains("done=dismissed"), "{act} is taken: {to}");
    }

    /// The same, whatever comes of it: where the panel goes on to, or the page it shows instead.
    pub async fn press(&self, order: &PlacedOrder, act: &str, fields: &[(&str, &str)]) -> String {
        let told = self.submit(&format!("payments/{}/{act}", order.order_id), fields).await;
        if told.status == 303 { told.header("location").to_owned() } else { told.body }
    }

    /// The payment's page in the panel.
    pub async fn page_of(&self, order: &PlacedOrder) -> String {
        self.panel(&format!("payments/{}", order.order_id)).await
    }

    /// The state that the payment's page begins with: its colour, and its word in English.
    pub async fn state(&self, order: &PlacedOrder) -> (String, String) {
        pill(&self.page_of(order).await, "<main>")
    }

    /// The same in the list of payments.
    pub async fn listed_state(&self, order: &PlacedOrder) -> (String, String) {
        pill(&self.panel("payments").await, &format!(">#{}</a>", order.order_id))
    }

    /// Waits until page and list both show this state.
    pub async fn state_when(&self, order: &PlacedOrder, colour: &str, word: &str) {
        let wanted = (colour.to_owned(), word.to_owned());
        let shown = async || {
            let both = self.state(order).await == wanted && self.listed_state(order).await == wanted;
            both.then_some(())
        };
        eventually(format!("the state {word:?} in {colour}"), shown).await;
    }

    /// The link for the shopper on the payment's page in the panel, where there is one.
    pub async fn pay_link(&self, order: &PlacedOrder) -> Option<String> {
        let page = self.page_of(order).await;
        let field = page.split("id=\"pay_link\" value=\"").nth(1)?;
        field.split('"').next().map(str::to_owned)
    }

    /// The shopper pays by card. Returns the payment's id.
    pub fn pay_by_card(&self, session: &Session) -> String {
        let paid = self.world.sandbox.komoju.pay_card(&session.id, CARD);
        paid.expect("the session takes cards").payment().to_owned()
    }

    /// The shopper has a konbini code issued. Returns the payment's id.
    pub fn take_code(&self, session: &Session) -> String {
        self.world.sandbox.komoju.pay_konbini(&session.id, "lawson").expect("the session is open")
    }

    /// An order that was paid by card, and has heard of it. Returns the payment's id.
    pub async fn paid_by_card(&self, spec: &OrderSpec) -> (PlacedOrder, String) {
        let (order, session) = self.begin(spec).await;
        let payment = self.pay_by_card(&session);
        self.history_when(&order, "Paid").await;
        (order, payment)
    }

    /// An order whose konbini code was paid at the till, and has heard of it. Returns the payment's id.
    pub async fn paid_at_till(&self, spec: &OrderSpec) -> (PlacedOrder, String) {
        let (order, session) = self.begin(spec).await;
        let payment = self.take_code(&session);
        self.world.sandbox.komoju.capture(&payment).expect("the code is live");
        self.history_when(&order, "Paid").await;
        (order, payment)
    }

    /// A payment as KOMOJU has it now.
    #[must_use]
    pub fn payment(&self, id: &str) -> Payment {
        self.world.sandbox.komoju.payment(id).expect("KOMOJU has the payment")
    }

    /// Waits until KOMOJU has the payment so.
    pub async fn payment_when(&self, id: &str, status: PaymentStatus) -> Payment {
        let so = async || Some(self.payment(id)).filter(|payment| payment.status == status);
        eventually(format!("a payment that is {}", status.name()), so).await
    }

    /// Waits until KOMOJU has the session so.
    pub async fn session_when(&self, id: &str, status: SessionStatus) {
        let now = || self.world.sandbox.komoju.session(id).expect("KOMOJU has the session").status;
        eventually(format!("a session that is {}", status.name()), async || (now() == status).then_some(()))
            .await;
    }

    /// What KOMOJU has paid back of a payment, oldest first, in its minor units.
    #[must_use]
    pub fn paid_back(&self, payment: &str) -> Vec<i64> {
        self.payment(payment).refunds.iter().map(|refund| refund.amount).collect()
    }

    /// Waits until KOMOJU has paid back so often.
    pub async fn paid_back_when(&self, payment: &str, refunds: usize) -> Vec<i64> {
        let so = async || Some(self.paid_back(payment)).filter(|all| all.len() == refunds);
        eventually(format!("{refunds} refunds at KOMOJU"), so).await
    }

    /// The merchant refunds an order in BigCommerce. Returns the refund's id.
    pub fn refund_order(&self, order: &PlacedOrder, minor: i64) -> u64 {
        let made = self.world.sandbox.bigcommerce.create_refund(&self.hash, order.order_id, minor);
        made.expect("BigCommerce takes the refund").id
    }

    /// Refunds were sent to KOMOJU so often, with effect or not.
    #[must_use]
    pub fn refund_posts(&self, payment: &str) -> Vec<Logged> {
        self.requests(&Method::POST, &format!("/payments/{payment}/refund"))
    }

    /// Refunds were sent to BigCommerce's books so often, with effect or not.
    #[must_use]
    pub fn booking_posts(&self, order: &PlacedOrder) -> Vec<Logged> {
        let path = format!("/orders/{}/payment_actions/refunds", order.order_id);
        self.requests(&Method::POST, &path)
    }

    /// [`Shop::quiet`], until a whole round of looks has led to nothing new.
    pub async fn at_rest(&self, order: &PlacedOrder) -> Order {
        loop {
            let before = self.deeds().len();
            self.quiet(order).await;
            if self.deeds().len() == before {
                return self.now(order);
            }
        }
    }
}

/// The first pill after some markup: its colour and its word.
fn pill(page: &str, after: &str) -> (String, String) {
    let rest = page.split_once(after).map_or("", |(_, rest)| rest);
    let pill = rest.split_once("<span class=\"pill ").map_or("", |(_, rest)| rest);
    let (colour, rest) = pill.split_once("\">").unwrap_or_default();
    (colour.to_owned(), rest.split("</span>").next().unwrap_or_default().to_owned())
}

/// What BigCommerce's books have of refunds, oldest first, in the order's minor units.
#[must_use]
pub fn booked(order: &Order) -> Vec<i64> {
    order.refunds.iter().map(|refund| refund.total).collect()
}

/// What the panel says of what a person must look at: enough of each to know it by.
pub mod words {
    pub const AMOUNT_MISMATCH: &str = "The amount paid is not the order";
    pub const AMOUNT_UNDECIDED: &str = "Choose what is left to pay";
    pub const AUTHORIZATION_LOST: &str = "The authorized money is gone";
    pub const CANCELLED_WHILE_PAID: &str = "The order was cancelled, but its payment is still held";
    pub const CAPTURE_DUE: &str = "The authorization lapses within days";
    pub const CAPTURE_REFUSED: &str = "KOMOJU did not capture";
    pub const DISPUTED: &str = "The payment is disputed";
    pub const FRAUD_MARKED: &str = "KOMOJU marked the payment as fraud";
    pub const ORDER_EDITED: &str = "The order was edited after its payment";
    pub const PAID_AFTER_END: &str = "already cancelled, refunded or deleted";
    pub const PAID_TWICE: &str = "Paid twice";
    pub const REFUND_NEEDS_BANK: &str = "A cash payment is paid back by bank transfer";
    pub const REFUND_REFUSED: &str = "A refund was not made";
    pub const REFUND_TO_CONFIRM: &str = "Refunded in BigCommerce. Confirm";
    pub const TRANSFER_TO_CHECK: &str = "what became of a refund by bank transfer";
    pub const REFUND_TOO_LARGE: &str = "More was refunded in BigCommerce than KOMOJU holds";
    pub const REFUND_UNRECORDED: &str = "Refunded at KOMOJU, but";
}
