//! A call of the core as HTTP, and the answer back: the one place where the two protocols meet the machine. Pure, so
//! that a simulation speaks exactly what the worker speaks.

use crate::bigcommerce::{self, order as bc_order, refunds as bc_refunds};
use crate::http::{HttpRequest, Outcome};
use crate::json;
use crate::komoju::{
    self, events as km_events, payment as km_payment, refund as km_refund, session as km_session,
};
use crate::payment::call::{Answer, BankDetails, Call};
use crate::payment::decision::Blob;
use crate::payment::ids::{AccountId, OrderId};

/// How the answer to a request is read.
pub type Parse = fn(&Outcome) -> Answer;

/// Whom a call goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side<'a> {
    BigCommerce,
    /// With the key of the account that made the attempt.
    Komoju(&'a AccountId),
}

pub fn side(call: &Call) -> Side<'_> {
    match call {
        Call::ReadOrder
        | Call::ReadProvider
        | Call::UpdateOrder { .. }
        | Call::ReadOrderRefunds
        | Call::QuoteRefund { .. }
        | Call::RecordRefund { .. } => Side::BigCommerce,
        Call::CreateSession(new) => Side::Komoju(&new.terms.account),
        Call::ReadSession { account, .. }
        | Call::CancelSession { account, .. }
        | Call::ReadPayment { account, .. }
        | Call::CancelPayment { account, .. }
        | Call::Capture { account, .. }
        | Call::RefundPayment { account, .. }
        | Call::RequestRefund { account, .. }
        | Call::ListPayments { account, .. }
        | Call::ReadEvent { account, .. } => Side::Komoju(account),
    }
}

/// None: not a call to BigCommerce.
pub fn to_bigcommerce(
    call: &Call,
    api: &bigcommerce::Api<'_>,
    order: OrderId,
) -> Option<(HttpRequest, Parse)> {
    Some(match call {
        Call::ReadOrder => (bc_order::read(api, order), bc_order::order_answer),
        Call::ReadProvider => (bc_order::transactions(api, order), bc_order::provider_answer),
        Call::UpdateOrder { update, staff_notes } => {
            (bc_order::update(api, order, update, staff_notes), bc_order::order_answer)
        }
        Call::ReadOrderRefunds => (bc_refunds::list_request(api, order), bc_refunds::list_answer),
        Call::QuoteRefund { amount } => (bc_refunds::quote(api, order, *amount), bc_refunds::quote_answer),
        Call::RecordRefund { amount, provider, refund } => {
            (bc_refunds::record(api, order, *amount, *provider, refund), bc_refunds::record_answer)
        }
        Call::CreateSession(_)
        | Call::ReadSession { .. }
        | Call::CancelSession { .. }
        | Call::ReadPayment { .. }
        | Call::CancelPayment { .. }
        | Call::Capture { .. }
        | Call::RefundPayment { .. }
        | Call::RequestRefund { .. }
        | Call::ListPayments { .. }
        | Call::ReadEvent { .. } => return None,
    })
}

/// None: not a call to KOMOJU, or one with bank details that are still sealed. `back` makes the address an attempt's
/// shopper comes back to.
pub fn to_komoju(
    call: &Call,
    access: komoju::request::Access<'_>,
    origin: km_session::Origin<'_>,
    back: impl FnOnce(u32) -> String,
) -> Option<(HttpRequest, Parse)> {
    Some(match call {
        Call::CreateSession(new) => {
            (km_session::create(access, origin, new, &back(new.attempt)), km_session::answer)
        }
        Call::ReadSession { session, .. } => (km_session::read(access, session), km_session::answer),
        Call::CancelSession { session, key, .. } => {
            (km_session::cancel(access, session, key), km_session::answer)
        }
        Call::ReadPayment { payment, .. } => (km_payment::read(access, payment), km_payment::answer),
        Call::CancelPayment { payment, key, .. } => {
            (km_payment::cancel(access, payment, key), km_payment::answer)
        }
        Call::Capture { payment, minor, key, .. } => {
            (km_payment::capture(access, payment, *minor, key), km_payment::answer)
        }
        Call::RefundPayment { payment, minor, cause, key, .. } => {
            (km_refund::refund(access, payment, *minor, *cause, key), km_payment::answer)
        }
        Call::RequestRefund { payment, minor, cause, bank, key, .. } => {
            let bank = bank_details(bank)?;
            (km_refund::request(access, payment, *minor, *cause, &bank, key), km_refund::request_answer)
        }
        Call::ListPayments { external_order_num, since, .. } => {
            (km_payment::list_request(access, external_order_num, *since), km_payment::list_answer)
        }
        Call::ReadEvent { event, .. } => (km_events::read(access, event), km_events::answer),
        Call::ReadOrder
        | Call::ReadProvider
        | Call::UpdateOrder { .. }
        | Call::ReadOrderRefunds
        | Call::QuoteRefund { .. }
        | Call::RecordRefund { .. } => return None,
    })
}

/// None: not opened, or never bank details.
pub fn bank_details(opened: &Blob) -> Option<BankDetails> {
    json::read(&opened.0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Secret;
    use crate::payment::deed::OrderUpdate;
    use crate::payment::ids::{HintId, PaymentId, RefundId, SessionId, StoreHash};
    use crate::payment::money::{Currency, Money};
    use crate::payment::reading::Cause;
    use crate::payment::settings::Provider;

    fn account() -> AccountId {
        AccountId::parse("ab12cd").expect("an account")
    }

    fn payment() -> PaymentId {
        PaymentId::parse("pay1").expect("a payment")
    }

    fn bigcommerce_calls() -> Vec<(Call, &'static str)> {
        let amount = Money::new(500, Currency::JPY);
        let refund = RefundId::parse("re1").expect("a refund");
        let update = OrderUpdate {
            status: None,
            payment_provider_id: None,
            over: None,
            note: String::new(),
            attention: None,
        };
        vec![
            (Call::ReadOrder, "GET /v2/orders/77"),
            (Call::ReadProvider, "GET /v3/orders/77/transactions"),
            (Call::UpdateOrder { update, staff_notes: String::new() }, "PUT /v2/orders/77"),
            (Call::ReadOrderRefunds, "GET /v3/orders/77/payment_actions/refunds"),
            (Call::QuoteRefund { amount }, "POST /v3/orders/77/payment_actions/refund_quotes"),
            (
                Call::RecordRefund { amount, provider: Provider::Cheque, refund },
                "POST /v3/orders/77/payment_actions/refunds",
            ),
        ]
    }

    fn komoju_calls() -> Vec<(Call, &'static str)> {
        let session = || SessionId::parse("ses1").expect("a session");
        let (account, payment, key) = (account, payment, || "key-1".to_owned());
        let (minor, cause) = (500, Cause::OrderRefund(4));
        let bank = Blob(json::write(&BankDetails::default()));
        let event = HintId::parse("ev1").expect("an event");
        vec![
            (Call::ReadSession { account: account(), session: session() }, "GET sessions/ses1"),
            (
                Call::CancelSession { account: account(), session: session(), key: key() },
                "POST sessions/ses1/cancel",
            ),
            (Call::ReadPayment { account: account(), payment: payment() }, "GET payments/pay1"),
            (
                Call::CancelPayment { account: account(), payment: payment(), key: key() },
                "POST payments/pay1/cancel",
            ),
            (
                Call::Capture { account: account(), payment: payment(), minor: Some(minor), key: key() },
                "POST payments/pay1/capture",
            ),
            (
                Call::RefundPayment { account: account(), payment: payment(), minor, cause, key: key() },
                "POST payments/pay1/refund",
            ),
            (
                Call::RequestRefund {
                    account: account(),
                    payment: payment(),
                    minor,
                    cause,
                    bank,
                    key: key(),
                },
                "POST payments/pay1/refund_request",
            ),
            (
                Call::ListPayments { account: account(), external_order_num: "BC-77-1".to_owned(), since: 0 },
                "GET payments",
            ),
            (Call::ReadEvent { account: account(), event }, "GET events/ev1"),
        ]
    }

    fn written(call: &Call) -> (Option<String>, Option<String>) {
        let (store, secret) = (StoreHash::parse("q7w8e9").expect("a store"), Secret::new("s"));
        let order = OrderId::new(77).expect("an order");
        let api =
            bigcommerce::Api { base: "https://b.example", store: &store, token: &secret, timeout_ms: 1 };
        let access = komoju::request::Access { base: "https://k.example", secret_key: &secret };
        let origin = km_session::Origin { store: &store, order };
        let line = |(request, _): (HttpRequest, Parse)| {
            format!("{request:?}")
                .replace("https://b.example/stores/q7w8e9", "")
                .replace("https://k.example/", "")
        };
        let to_komoju = to_komoju(call, access, origin, |_| String::new()).map(line);
        (to_bigcommerce(call, &api, order).map(line), to_komoju)
    }

    #[test]
    fn a_call_goes_to_its_own_side_and_to_no_other() {
        for (call, line) in bigcommerce_calls() {
            assert_eq!(side(&call), Side::BigCommerce, "{line}");
            assert_eq!(written(&call), (Some(line.to_owned()), None));
        }
        for (call, line) in komoju_calls() {
            assert_eq!(side(&call), Side::Komoju(&account()), "{line}");
            assert_eq!(written(&call), (None, Some(line.to_owned())));
        }
    }

    #[test]
    fn sealed_bank_details_never_leave() {
        let call = Call::RequestRefund {
            account: account(),
            payment: payment(),
            minor: 500,
            cause: Cause::Twice,
            bank: Blob("k1.bm9uY2U.c2VhbGVk".to_owned()),
            key: "key-1".to_owned(),
        };
        assert_eq!(written(&call), (None, None));
    }
}
