//! Mistakes that other plug-ins made, put between the machine and the world: the invariants must notice each.

use komoju_bigcommerce_worker::http::HttpRequest;
use komoju_bigcommerce_worker::payment::call::{Answer, Call, Checkout, OrderSeen};
use komoju_bigcommerce_worker::payment::hint::{About, Hint};
use komoju_bigcommerce_worker::payment::ids::HintId;
use komoju_bigcommerce_worker::payment::reading::{OrderReading, PaymentStatus};
use serde_json::{Value, json};

use super::driver::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// A message counts as known by its type and payment: the second partial refund is dropped.
    DedupesByTypeAndPayment,
    /// A refund in the order's currency is sent as it is to a payment in another.
    RefundsInTheShopsCurrency,
    /// No idempotency key: what is sent again is done again.
    SendsNoIdempotencyKey,
    /// The order is taken out of `external_order_num` by length: a changed prefix orphans what is under way.
    CutsOrderOutOfNumber,
    /// Each message of a capture counts: the order is told again, and its books grow.
    CountsEachCapture,
    /// A shopper who comes back unpaid has the order cancelled, though the session can still be paid.
    CancelsOnAbort,
    /// Amounts by way of floats.
    MultipliesFloats,
    /// The amount that the browser showed is what is charged.
    TrustsTheBrowser,
    /// Coming back marks the order paid.
    ReturnMarksPaid,
    /// What was once seen to have failed or expired is not looked at again.
    IgnoresLateMoney,
    /// An update of the order that failed counts as done.
    NeverRepeatsAFailedUpdate,
}

impl Mutation {
    pub const ALL: [Self; 11] = [
        Self::DedupesByTypeAndPayment,
        Self::RefundsInTheShopsCurrency,
        Self::SendsNoIdempotencyKey,
        Self::CutsOrderOutOfNumber,
        Self::CountsEachCapture,
        Self::CancelsOnAbort,
        Self::MultipliesFloats,
        Self::TrustsTheBrowser,
        Self::ReturnMarksPaid,
        Self::IgnoresLateMoney,
        Self::NeverRepeatsAFailedUpdate,
    ];

    /// None: the message is dropped.
    pub fn spoil_hint(self, hint: Hint, number: &str, world: &mut World) -> Option<Hint> {
        let About::Komoju { payment: Some(payment), event, .. } = &hint.about else { return Some(hint) };
        match self {
            Self::DedupesByTypeAndPayment => {
                let id = HintId::parse(&format!("{event}_{payment}")).expect("an id");
                Some(Hint { id, about: hint.about })
            }
            Self::CutsOrderOutOfNumber => {
                let prefix = world.shop.settings.order_prefix.len();
                let order = number.get(prefix..).and_then(|rest| rest.split('-').next());
                (order == Some("1001")).then_some(hint)
            }
            Self::CountsEachCapture if event == "payment.captured" && !world.store.deleted => {
                let known = world.machine.state().hints.iter().any(|h| h.hint.id == hint.id);
                let paid = json!({ "status_id": 11, "staff_notes": world.store.notes });
                if known {
                    world.store.put_by_app(&paid);
                }
                Some(hint)
            }
            _ => Some(hint),
        }
    }

    pub fn spoil_request(self, call: &Call, request: &mut HttpRequest, world: &World) {
        match (self, call) {
            (Self::RefundsInTheShopsCurrency, Call::RefundPayment { payment, .. }) => {
                let held = &world.bank.payments[payment.as_str()];
                let session = world.bank.sessions[&held.session].amount;
                change(request, |body| {
                    let minor = body["amount"].as_i64().unwrap_or(0);
                    body["amount"] = json!((minor * session / held.asked.max(1)).max(1));
                });
            }
            (Self::SendsNoIdempotencyKey, _) => {
                request.headers.retain(|(name, _)| name != "x-komoju-idempotency");
            }
            (Self::MultipliesFloats, Call::CreateSession(_)) if world.store.decimals == 2 => {
                change(request, |body| {
                    body["amount"] = json!(by_float(body["amount"].as_i64().unwrap_or(0)))
                });
            }
            (Self::TrustsTheBrowser, Call::CreateSession(_)) if world.amount_was_disputed => {
                change(request, |body| body["amount"] = json!(1));
            }
            _ => {}
        }
    }

    pub fn spoil_answer(self, call: &Call, answer: Answer, world: &World) -> Answer {
        match (self, call, answer) {
            (Self::IgnoresLateMoney, _, Answer::Payment(mut reading)) => {
                let known = world.machine.state().payments.get(&reading.id);
                let over = known.and_then(|p| p.register.reading.as_ref()).map(|r| r.status.clone());
                if let Some(status @ (PaymentStatus::Failed | PaymentStatus::Expired)) = over {
                    reading.status = status;
                }
                Answer::Payment(reading)
            }
            (Self::IgnoresLateMoney, _, Answer::Session(mut seen)) => {
                let known = seen.payment.as_ref().and_then(|p| world.machine.state().payments.get(&p.id));
                let over = known.and_then(|p| p.register.reading.as_ref()).map(|r| r.status.clone());
                if let (Some(status @ (PaymentStatus::Failed | PaymentStatus::Expired)), Some(payment)) =
                    (over, seen.payment.as_mut())
                {
                    payment.status = status;
                }
                Answer::Session(seen)
            }
            (Self::NeverRepeatsAFailedUpdate, Call::UpdateOrder { .. }, Answer::Failed(failure)) => {
                let known = world.machine.state().order.reading.clone();
                known.map_or(Answer::Failed(failure), |reading| Answer::Order(Box::new(seen(reading))))
            }
            (_, _, answer) => answer,
        }
    }

    pub fn on_return(self, world: &mut World, session: &str) {
        let paid = world.bank.payments.values().any(|p| p.session == session && p.captured_ms.is_some());
        let status = match self {
            Self::CancelsOnAbort if !paid => 5,
            Self::ReturnMarksPaid => 11,
            _ => return,
        };
        if !world.store.deleted && matches!(world.store.status, 0 | 1 | 7) {
            let notes = world.store.notes.clone();
            world.store.put_by_app(&json!({ "status_id": status, "staff_notes": notes }));
        }
    }
}

/// 19.99 × 100 is 1998.9999999999998, and what is cut off is lost.
#[allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "the mistake itself"
)]
fn by_float(minor: i64) -> i64 {
    (minor as f64 / 100.0 * 100.0) as i64
}

fn seen(reading: OrderReading) -> OrderSeen {
    OrderSeen { reading, total: None, cart: None, staff_notes: String::new(), checkout: Checkout::default() }
}

fn change(request: &mut HttpRequest, change: impl FnOnce(&mut Value)) {
    let mut body = request.body.as_deref().and_then(|b| serde_json::from_str(b).ok()).unwrap_or_default();
    change(&mut body);
    request.body = Some(body.to_string());
}
