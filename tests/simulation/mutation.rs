//! Mistakes that other plug-ins made, put between the machine and the world: the invariants must notice each.

use komoju_bigcommerce_worker::http::HttpRequest;
use komoju_bigcommerce_worker::payment::call::{Answer, Call, Checkout, OrderSeen};
use komoju_bigcommerce_worker::payment::hint::{About, Hint};
use komoju_bigcommerce_worker::payment::ids::HintId;
use komoju_bigcommerce_worker::payment::reading::{OrderReading, PaymentStatus};
use serde_json::{Value, json};

use super::driver::World;
use super::truth;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// A message counts as known by its type and payment: the second partial refund is dropped.
    DedupesByTypeAndPayment,
    /// A message is marked as known before it is handled: a worker that dies in between has lost it for good.
    MarksBeforeHandling,
    /// A refund in the order's currency is sent as it is to a payment in another.
    RefundsInTheShopsCurrency,
    /// What was refunded in the payment's currency is entered as if it were the order's.
    ComparesAcrossCurrencies,
    /// No idempotency key: what is sent again is done again.
    SendsNoIdempotencyKey,
    /// The order is taken out of `external_order_num` by length: a changed prefix orphans what is under way.
    CutsOrderOutOfNumber,
    /// Each message of a capture counts: the order is told again, and its books grow.
    CountsEachCapture,
    /// Messages of what failed or was updated are answered by an error, and come again without end.
    FailsOnUpdates,
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
    pub const ALL: [Self; 14] = [
        Self::DedupesByTypeAndPayment,
        Self::MarksBeforeHandling,
        Self::RefundsInTheShopsCurrency,
        Self::ComparesAcrossCurrencies,
        Self::SendsNoIdempotencyKey,
        Self::CutsOrderOutOfNumber,
        Self::CountsEachCapture,
        Self::FailsOnUpdates,
        Self::CancelsOnAbort,
        Self::MultipliesFloats,
        Self::TrustsTheBrowser,
        Self::ReturnMarksPaid,
        Self::IgnoresLateMoney,
        Self::NeverRepeatsAFailedUpdate,
    ];

    /// By which of the invariants it is to be noticed, as each begins: any other may be chance.
    pub fn is_noticed_by(self, violation: &str) -> bool {
        let unheard: &[&str] =
            &["known of", "nothing is known of", "nobody was called", "never entered", "less is here"];
        let told: &[&str] = &["money on an order that looks unpaid", "nobody was called", "never paid"];
        let kinds = match self {
            Self::DedupesByTypeAndPayment | Self::MarksBeforeHandling | Self::CutsOrderOutOfNumber => unheard,
            Self::RefundsInTheShopsCurrency => &["a refund of"],
            Self::ComparesAcrossCurrencies => &["entered as another amount"],
            Self::SendsNoIdempotencyKey => &["refunded twice for one reason", "paid back more than once"],
            Self::CountsEachCapture => &["the app moved the order", "the merchant's"],
            Self::FailsOnUpdates => &["a message comes again"],
            Self::CancelsOnAbort => &["given up though it can still be paid"],
            Self::MultipliesFloats | Self::TrustsTheBrowser => &["a session asks for"],
            Self::ReturnMarksPaid => &["marked as paid though nothing was"],
            Self::IgnoresLateMoney => &["known of", "money on an order that looks unpaid"],
            Self::NeverRepeatsAFailedUpdate => told,
        };
        kinds.iter().any(|kind| violation.starts_with(kind))
    }

    /// Whether a message is answered by an error.
    pub fn fails_on(self, hint: &Hint) -> bool {
        let About::Komoju { event, .. } = &hint.about else { return false };
        self == Self::FailsOnUpdates && matches!(event.as_str(), "payment.failed" | "payment.updated")
    }

    /// None: the message is dropped.
    pub fn spoil_hint(self, hint: Hint, number: &str, world: &mut World) -> Option<Hint> {
        let About::Komoju { payment: Some(payment), event, .. } = &hint.about else { return Some(hint) };
        match self {
            Self::DedupesByTypeAndPayment => {
                let id = HintId::parse(&format!("{event}_{payment}")).expect("an id");
                Some(Hint { id, about: hint.about })
            }
            Self::MarksBeforeHandling => (!world.faults.is_to_die()).then_some(hint),
            Self::CutsOrderOutOfNumber => {
                let prefix = world.shop.settings.order_prefix.len();
                let order = number.get(prefix..).and_then(|rest| rest.split('-').next());
                (order == Some("1001")).then_some(hint)
            }
            Self::CountsEachCapture if event == "payment.captured" && !world.store.deleted => {
                let known = world.machine.state().hints.iter().any(|h| h.hint.id == hint.id);
                let paid = json!({
                    "status_id": 11, "staff_notes": world.store.notes, "payment_provider_id": payment.as_str(),
                });
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
            (Self::ComparesAcrossCurrencies, Call::RecordRefund { refund, .. })
                if world.store.decimals == 0 =>
            {
                let mut all = world.bank.payments.values().flat_map(|p| &p.refunds);
                let minor = all.find(|r| r.id == refund.as_str()).map_or(0, |r| r.minor);
                change(request, |body| {
                    body["items"][0]["amount"] = json!(minor);
                    body["payments"][0]["amount"] = json!(minor);
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
        let of_it = world.bank.payments.values().rev().find(|p| p.session == session);
        let payment = of_it.map(|p| p.id.clone()).unwrap_or_default();
        let paid = world.bank.payments.values().any(|p| p.session == session && p.captured_ms.is_some());
        let status = match self {
            Self::CancelsOnAbort if !paid => 5,
            Self::ReturnMarksPaid => 11,
            _ => return,
        };
        if !world.store.deleted && matches!(world.store.status, 0 | 1 | 7) {
            let notes = world.store.notes.clone();
            let update = json!({ "status_id": status, "staff_notes": notes, "payment_provider_id": payment });
            world.store.put_by_app(&update);
            truth::at_once(world);
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
