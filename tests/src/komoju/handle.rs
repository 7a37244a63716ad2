//! The test API: merchants, shoppers and looks into the books.
//!
//! Everything returns at once; webhooks are on their way when a call returns. Ids are plain strings, as the API gives
//! them. An `Err` is what the API would have answered.

use std::time::Duration;

use serde_json::Value;

use super::error::ApiError;
use super::method::{METHODS, Method};
use super::model::{
    Endpoint, Event, Livemode, Merchant, Mood, Payment, RefundRequest, Session, ShownType, Transfers,
};
use super::money::Currency;
use super::paying::{Outcome, Payer, WalletAnswer};
use super::world::World;
use super::{Komoju, card, random, webhooks};
use crate::delivery::{Mode, Order, Record};
use crate::faults::Side;

/// What a merchant is made of.
#[derive(Clone, Debug)]
pub struct MerchantSpec {
    pub name: String,
    /// Slugs of the active methods.
    pub methods: Vec<&'static str>,
    /// Yen added to the customer's total for konbini and Pay-easy: 0, or KOMOJU's 190.
    pub fee: i64,
    /// The same for single methods, by slug: `vec![("bank_transfer", 250)]`.
    pub fees: Vec<(&'static str, i64)>,
    /// Charge every session in this currency, with an exchange rate, whatever its own.
    pub charge_in: Option<Currency>,
    /// Refuse refunds above this many minor units.
    pub unsettled_balance: Option<i64>,
}

impl Default for MerchantSpec {
    fn default() -> Self {
        Self {
            name: "Sandbox merchant".into(),
            methods: METHODS.iter().map(|method| method.slug).collect(),
            fee: 0,
            fees: Vec::new(),
            charge_in: None,
            unsettled_balance: None,
        }
    }
}

impl Komoju {
    /// A new merchant with keys and an id of its own. Methods that do not exist are left out.
    pub fn create_merchant(&self, spec: MerchantSpec) -> Merchant {
        self.add_merchant(random::id(), &random::key(), spec)
    }

    /// The merchant of `scripts/dev`: id `demo`, keys that never change.
    pub fn create_demo(&self) -> Merchant {
        let spec = MerchantSpec { name: "Hoshi Coffee Roasters".into(), ..MerchantSpec::default() };
        self.add_merchant("demo".into(), "demo0123456789abcdef", spec)
    }

    fn add_merchant(&self, id: String, key: &str, spec: MerchantSpec) -> Merchant {
        let named = |kind: &str, mode: Livemode| format!("{kind}_{}_{key}", mode.name());
        let merchant = Merchant {
            id,
            name: spec.name,
            secret_key_test: named("sk", Livemode::Test),
            secret_key_live: named("sk", Livemode::Live),
            publishable_key_test: named("pk", Livemode::Test),
            publishable_key_live: named("pk", Livemode::Live),
            methods: spec.methods.into_iter().filter_map(Method::find).collect(),
            fee: spec.fee,
            fees: spec.fees.into_iter().collect(),
            charge_in: spec.charge_in,
            unsettled_balance: spec.unsettled_balance,
            processing: Duration::ZERO,
            session_life: None,
            refuse_next: None,
            transfers: Transfers::default(),
            mood: Mood::default(),
            shows_type: ShownType::default(),
            refusals_have_a_status: false,
            ignored_parameters: Vec::new(),
            endpoints: Vec::new(),
        };
        self.with(|world| world.merchants.push(merchant.clone()));
        merchant
    }

    /// A merchant as it is now.
    pub fn merchant(&self, merchant: &str) -> Result<Merchant, ApiError> {
        self.with(|world| world.merchant(merchant).cloned().ok_or_else(ApiError::not_found))
    }

    pub fn merchants(&self) -> Vec<Merchant> {
        self.with(|world| world.merchants.clone())
    }

    /// Changes a merchant's settings; they hold for what is made afterwards.
    pub fn change_merchant(
        &self,
        merchant: &str,
        change: impl FnOnce(&mut Merchant),
    ) -> Result<(), ApiError> {
        self.with(|world| world.merchant_mut(merchant).map(change))
    }

    /// Gives a merchant other secret keys, as after a leak; the old ones stop working at once.
    pub fn rotate_keys(&self, merchant: &str) -> Result<Merchant, ApiError> {
        let key = random::key();
        self.change_merchant(merchant, |merchant| {
            merchant.secret_key_test = format!("sk_test_{key}");
            merchant.secret_key_live = format!("sk_live_{key}");
        })?;
        self.merchant(merchant)
    }

    /// Makes `url` the merchant's only webhook, and pings it. `events` are the types ticked: [`super::EVENTS`] for all.
    pub fn set_webhook(
        &self,
        merchant: &str,
        url: &str,
        secret: &str,
        events: &[&str],
    ) -> Result<Endpoint, ApiError> {
        self.change_merchant(merchant, |merchant| merchant.endpoints.clear())?;
        self.add_webhook(merchant, url, secret, events)
    }

    /// One more webhook, pinged at once.
    pub fn add_webhook(
        &self,
        merchant: &str,
        url: &str,
        secret: &str,
        events: &[&str],
    ) -> Result<Endpoint, ApiError> {
        let endpoint = Endpoint {
            id: random::id(),
            url: url.into(),
            secret: secret.into(),
            events: events.iter().map(ToString::to_string).collect(),
        };
        self.with(|world| {
            let owner = world.merchant_mut(merchant)?;
            owner.endpoints.push(endpoint.clone());
            webhooks::ping(&self.env.delivery, owner, &endpoint);
            Ok(endpoint)
        })
    }

    pub fn session(&self, session: &str) -> Result<Session, ApiError> {
        self.with(|world| world.session(session).cloned())
    }

    /// All sessions of a merchant, test and live, oldest first.
    pub fn sessions(&self, merchant: &str) -> Vec<Session> {
        self.with(|world| {
            world.sessions.iter().filter(|session| session.merchant == merchant).cloned().collect()
        })
    }

    pub fn payment(&self, payment: &str) -> Result<Payment, ApiError> {
        self.with(|world| world.payment(payment).cloned())
    }

    /// Changes a payment behind everybody's back, as a correction by KOMOJU's staff would: no event tells of it.
    pub fn correct_payment(&self, payment: &str, change: impl FnOnce(&mut Payment)) -> Result<(), ApiError> {
        self.with(|world| world.payment_mut(payment).map(change))
    }

    /// All payments of a merchant, test and live, oldest first.
    pub fn payments(&self, merchant: &str) -> Vec<Payment> {
        self.with(|world| {
            world.payments.iter().filter(|payment| payment.merchant == merchant).cloned().collect()
        })
    }

    /// All events of a merchant, test and live, oldest first.
    pub fn events(&self, merchant: &str) -> Vec<Event> {
        self.with(|world| world.events.iter().filter(|event| event.merchant == merchant).cloned().collect())
    }

    /// The shopper pays by card; see [`super::CARDS`] for what each number does.
    pub fn pay_card(&self, session: &str, number: &str) -> Result<Outcome, ApiError> {
        self.with(|world| world.pay_card(session, (number, 12, 2031), Payer::default()))
    }

    /// The shopper answers the 3-D Secure page. Only [`super::CHALLENGE_PASSWORD`] is ever right.
    pub fn finish_challenge(&self, payment: &str, password: &str) -> Result<Outcome, ApiError> {
        self.with(|world| world.finish_challenge(payment, password))
    }

    /// The shopper has a code issued at a konbini chain (`lawson`, …). Gives the payment's id.
    pub fn pay_konbini(&self, session: &str, store: &str) -> Result<String, ApiError> {
        self.cash(|world| world.pay_konbini(session, store, payer()))
    }

    /// The shopper asks for a bank account to transfer to. Gives the payment's id.
    pub fn pay_bank_transfer(&self, session: &str) -> Result<String, ApiError> {
        self.cash(|world| world.pay_bank_transfer(session, payer()))
    }

    /// The shopper asks for Pay-easy numbers. Gives the payment's id.
    pub fn pay_easy(&self, session: &str) -> Result<String, ApiError> {
        self.cash(|world| world.pay_easy(session, payer()))
    }

    fn cash(&self, pay: impl FnOnce(&mut World) -> Result<Outcome, ApiError>) -> Result<String, ApiError> {
        self.with(pay).map(|outcome| outcome.payment().to_owned())
    }

    /// The shopper is sent to a wallet (`paypay`, …). Gives the payment's id.
    pub fn start_wallet(&self, session: &str, slug: &str) -> Result<String, ApiError> {
        self.cash(|world| world.start_wallet(session, slug, Payer::default()))
    }

    /// What the shopper does in the wallet.
    pub fn finish_wallet(&self, payment: &str, answer: WalletAnswer) -> Result<Outcome, ApiError> {
        self.with(|world| world.finish_wallet(payment, answer))
    }

    /// The cash is paid at the till, or a two-step payment is captured in the dashboard.
    pub fn capture(&self, payment: &str) -> Result<(), ApiError> {
        self.with(|world| world.capture(payment))
    }

    /// A two-step payment is captured in the dashboard for less than was authorized; the rest is never charged.
    pub fn capture_part(&self, payment: &str, amount: i64) -> Result<(), ApiError> {
        self.with(|world| world.capture_by_api(payment, Some(amount), 0))
    }

    /// The code's deadline passes, or the authorization lapses.
    pub fn expire_payment(&self, payment: &str) -> Result<(), ApiError> {
        self.with(|world| world.expire_payment(payment))
    }

    /// The session's time is over.
    pub fn expire_session(&self, session: &str) -> Result<(), ApiError> {
        self.with(|world| world.expire_session(session))
    }

    /// The merchant cancels a pending or authorized payment in the dashboard.
    pub fn cancel(&self, payment: &str) -> Result<(), ApiError> {
        self.with(|world| world.cancel(payment))
    }

    /// The merchant cancels a pending session.
    pub fn cancel_session(&self, session: &str) -> Result<(), ApiError> {
        self.with(|world| world.cancel_session(session))
    }

    /// The merchant refunds in the dashboard; `None` is all that is left.
    pub fn refund(&self, payment: &str, amount: Option<i64>) -> Result<(), ApiError> {
        self.with(|world| world.refund(payment, amount, None))
    }

    /// Refunds above this many minor units (of the payment's currency) are refused with 422 from now on; `None` lets
    /// every refund pass again.
    pub fn set_unsettled_balance(&self, merchant: &str, balance: Option<i64>) -> Result<(), ApiError> {
        self.change_merchant(merchant, |merchant| merchant.unsettled_balance = balance)
    }

    /// The requests made for a payment, oldest first.
    pub fn refund_requests(&self, payment: &str) -> Result<Vec<RefundRequest>, ApiError> {
        Ok(self.payment(payment)?.refund_requests)
    }

    /// KOMOJU has transferred the money: a refund with the request's description.
    pub fn complete_refund_request(&self, payment: &str, request: &str) -> Result<(), ApiError> {
        self.with(|world| world.complete_request(payment, request))
    }

    /// KOMOJU cannot transfer the money: the account is wrong, say.
    pub fn reject_refund_request(&self, payment: &str, request: &str) -> Result<(), ApiError> {
        self.with(|world| world.reject_request(payment, request))
    }

    /// How KOMOJU's API fares for this merchant from now on.
    pub fn set_mood(&self, merchant: &str, mood: Mood) -> Result<(), ApiError> {
        self.change_merchant(merchant, |merchant| merchant.mood = mood)
    }

    /// How KOMOJU pays this merchant's customers back by bank transfer from now on.
    pub fn set_transfers(&self, merchant: &str, transfers: Transfers) -> Result<(), ApiError> {
        self.change_merchant(merchant, |merchant| merchant.transfers = transfers)
    }

    pub fn mark_fraud(&self, payment: &str) -> Result<(), ApiError> {
        self.with(|world| world.mark_fraud(payment))
    }

    /// The cardholder's bank takes back all that is left.
    pub fn chargeback(&self, payment: &str) -> Result<(), ApiError> {
        self.with(|world| world.chargeback(payment))
    }

    /// The next capture or refund of this merchant is refused with 502 and this code, for instance `card_declined`.
    pub fn refuse_next(&self, merchant: &str, code: &str) -> Result<(), ApiError> {
        let code = card::refusal(code).ok_or_else(|| ApiError::bad_request("There is no such refusal."))?;
        self.change_merchant(merchant, |merchant| merchant.refuse_next = Some(code))
    }

    /// POSTs with an idempotency key take this long to be answered: their effect is there at once, retries meet 409.
    pub fn slow_down(&self, merchant: &str, processing: Duration) -> Result<(), ApiError> {
        self.change_merchant(merchant, |merchant| merchant.processing = processing)
    }

    /// Sessions made from now on look so old already that they end after `life`: what takes a day can be waited for.
    pub fn age_sessions(&self, merchant: &str, life: Duration) -> Result<(), ApiError> {
        self.change_merchant(merchant, |merchant| merchant.session_life = Some(life))
    }

    /// A day passes: idempotency keys that have been answered are free again, and the same request is done again.
    pub fn forget_idempotency_keys(&self, merchant: &str) {
        self.with(|world| world.idempotency.forget(merchant));
    }

    /// Posts any JSON, rightly signed, to every webhook of the merchant; it is no event that GET /events knows.
    pub fn emit_custom_event(&self, merchant: &str, body: &Value) -> Result<(), ApiError> {
        let kind = body.get("type").and_then(Value::as_str).unwrap_or_default();
        let merchant = self.merchant(merchant)?;
        for endpoint in &merchant.endpoints {
            webhooks::post(&self.env.delivery, &merchant, endpoint, kind, body);
        }
        Ok(())
    }

    /// How the merchant's webhooks fare from now on.
    pub fn set_mode(&self, merchant: &str, mode: Mode) {
        self.env.delivery.set_mode(merchant, Side::Komoju, mode);
    }

    /// Lets held webhooks leave; gives their number.
    pub fn release(&self, merchant: &str, order: &Order) -> usize {
        self.env.delivery.release(merchant, Side::Komoju, order)
    }

    /// The merchant's webhooks, oldest first, with every answer they got.
    pub fn deliveries(&self, merchant: &str) -> Vec<Record> {
        self.env.delivery.deliveries(merchant, Side::Komoju)
    }

    /// Waits until no webhook of the merchant is underway.
    pub async fn settled(&self, merchant: &str) {
        self.env.delivery.settled(merchant, Side::Komoju).await;
    }
}

/// Somebody who can be sent a code.
fn payer() -> Payer {
    let (name, email) = ("星野 花子".into(), "hanako@shopper.example".into());
    Payer { name: Some(name), email: Some(email), days: None }
}
