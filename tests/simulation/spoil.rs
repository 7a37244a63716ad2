//! How each [`Mutation`] spoils what the core hears, reads or remembers.

use domain::http::{HttpRequest, Outcome};
use domain::state::call::{Answer, Call, Checkout, OrderSeen};
use domain::state::deed::MilestoneKind;
use domain::state::hint::{About, Hint};
use domain::state::reading::{OrderReading, PaymentStatus};
use domain::state::settings::{RefundPolicy, Unpaid};
use domain::state::shop::Shop;
use domain::values::ids::HintId;
use serde_json::{Value, json};

use super::mutation::Mutation;
use super::world::World;

impl Mutation {
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
            Self::CountsEachCapture if event == "payment.captured" => {
                let known = world.machine.state().hints.iter().any(|h| h.hint.id == hint.id);
                if known {
                    forget_that_it_was_told(world, payment.as_str());
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
            // Told once more, and remembered this time.
            (Self::CountsEachCapture, Call::UpdateOrder { .. }) => world.spoilt.set(false),
            _ => {}
        }
    }

    /// What the core reads in place of what was answered.
    pub fn spoil_outcome(self, call: &Call, outcome: Outcome, world: &World) -> Outcome {
        let Outcome::Answer { status: status @ 200, headers, body } = outcome else { return outcome };
        let mut json: Value = serde_json::from_str(&body).unwrap_or_default();
        match (self, call) {
            (Self::CountsEachCapture, Call::ReadOrder) if world.spoilt.get() => {
                (json["status_id"], json["staff_notes"]) = (json!(7), json!("Wrap as a gift"));
            }
            (Self::CancelsOnAbort, _) if world.spoilt.get() => each_resource(&mut json, &ended),
            (Self::ReturnMarksPaid, Call::ReadSession { .. }) if world.spoilt.get() => mark_paid(&mut json),
            (Self::TellsTheBetterStatusFirst, _) if !is_told_of_money(world) => {
                each_resource(&mut json, &without_bad_news);
            }
            _ => {}
        }
        Outcome::Answer { status, headers, body: json.to_string() }
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
        match self {
            Self::CancelsOnAbort if !paid => {
                let settings = &mut world.shop.settings;
                (settings.unpaid, settings.unpaid_grace_hours) = (Unpaid::Cancel, 1);
                world.spoilt.set(true);
            }
            Self::ReturnMarksPaid => world.spoilt.set(true),
            _ => {}
        }
    }

    /// The settings under which the core decides, in place of the store's own.
    pub fn spoil_shop(self, world: &World) -> Option<Shop> {
        match self {
            Self::PaysBackUnasked => {
                let mut shop = world.shop.clone();
                (shop.settings.refunds, shop.settings.refund_second) = (RefundPolicy::AtOnce, true);
                Some(shop)
            }
            Self::GoesByTheCopy => {
                let copy = world.edge.stale.as_ref().filter(|(_, _, until)| world.now < *until);
                copy.map(|(shop, ..)| shop.clone())
            }
            Self::EndsWhatWasBeforeIt => {
                let mut shop = world.shop.clone();
                shop.installed_at = 1;
                Some(shop)
            }
            _ => None,
        }
    }
}

/// The order has heard that it is paid, as asked or not.
fn is_told_of_money(world: &World) -> bool {
    let money = [MilestoneKind::Paid, MilestoneKind::Mismatch];
    world.machine.state().reached.keys().any(|(_, kind)| money.contains(kind))
}

/// Takes out of what is stored that the order has heard of a payment.
fn forget_that_it_was_told(world: &mut World, payment: &str) {
    let (reached, deed) = (format!("{payment}#paid"), format!("order-paid-{payment}#"));
    forget(world, |kind, key| match kind {
        "reached" => key == reached,
        _ => kind == "deed" && key.starts_with(&deed),
    });
    world.spoilt.set(true);
}

fn forget(world: &mut World, of: impl Fn(&str, &str) -> bool) {
    let mut rows = world.rows().clone();
    let keys: Vec<_> = rows.iter().map(|(at, _)| at.clone()).filter(|(kind, key)| of(kind, key)).collect();
    for at in keys {
        rows.remove(&at);
    }
    world.restart_with(rows);
}

/// Changes every payment, session and event in an answer.
fn each_resource(json: &mut Value, change: &impl Fn(&mut Value)) {
    if json["resource"].is_string() {
        change(json);
    }
    match json {
        Value::Array(all) => all.iter_mut().for_each(|one| each_resource(one, change)),
        Value::Object(all) => all.values_mut().for_each(|one| each_resource(one, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn ended(resource: &mut Value) {
    if matches!(resource["status"].as_str(), Some("pending" | "authorized")) {
        resource["status"] = json!("cancelled");
    }
}

fn mark_paid(session: &mut Value) {
    let (amount, currency) = (session["amount"].clone(), session["currency"].clone());
    let id = session["payment"]["id"].as_str().unwrap_or("payment98").to_owned();
    session["status"] = json!("completed");
    session["payment"] = json!({
        "id": id, "resource": "payment", "status": "captured", "session": session["id"], "amount": amount,
        "tax": 0, "payment_method_fee": 0, "total": amount, "currency": currency, "amount_refunded": 0,
        "refunds": [], "refund_requests": [], "payment_details": { "type": "credit_card" },
        "payment_deadline": null, "created_at": "2026-11-22T00:00:00Z",
    });
}

fn without_bad_news(resource: &mut Value) {
    match resource["resource"].as_str() {
        Some("payment") => {
            (resource["refunds"], resource["amount_refunded"]) = (json!([]), json!(0));
            if resource["status"] == "refunded" {
                resource["status"] = json!("captured");
            }
        }
        Some("event") => resource["type"] = json!("payment.updated"),
        _ => {}
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
    OrderSeen {
        id: None,
        reading,
        total: None,
        cart: None,
        staff_notes: String::new(),
        checkout: Checkout::default(),
    }
}

fn change(request: &mut HttpRequest, change: impl FnOnce(&mut Value)) {
    let mut body = request.body.as_deref().and_then(|b| serde_json::from_str(b).ok()).unwrap_or_default();
    change(&mut body);
    request.body = Some(body.to_string());
}
