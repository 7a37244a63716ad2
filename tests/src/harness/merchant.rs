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

/// What BigCommerce's books have of refunds, oldest first, in the order's minor units.
#[must_use]
pub fn booked(order: &Order) -> Vec<i64> {
    order.refunds.iter().map(|refund| refund.total).collect()
}
