//! A call of the core as HTTP, and the answer back: the one place where the two protocols meet the machine. Pure, so
//! the simulation speaks exactly what the worker speaks.
//!
//! An answer is used only if it is about what was asked for. A cache, a proxy or a mix-up at the other side may
//! answer about something else, and money must not move on that:
//!
//! ```text
//! Call ReadPayment p1    GET payments/p1    {"id":"p1","status":"captured",…}   Answer::Payment
//!                                           {"id":"p2","status":"captured",…}   Failed(Unreadable): nothing follows
//!                                           no answer within 30 s               Failed(Indeterminate)
//!                                           404                                 Failed(NotFound)
//! ```
//!
//! The caller builds the request ([`to_bigcommerce`] or [`to_komoju`], as [`side`] says), sends it, and gives the
//! outcome to the [`Reader`] that came with it.

use crate::bigcommerce::{self, order as bc_order, refunds as bc_refunds};
use crate::http::{HttpRequest, Outcome};
use crate::komoju::{
    self, events as km_events, payment as km_payment, refund as km_refund, session as km_session,
};
use crate::state::call::{Answer, Bank, Call};
use crate::state::failure::Failure;
use crate::values::ids::{AccountId, OrderId};

/// A protocol's reader of one kind of answer.
type Parse = fn(&Outcome) -> Answer;

/// How the answer to one request is read: by its protocol, and only if it is about what was asked for. An answer that
/// names another order, session, payment or event than the request did is unreadable, so nothing ever follows from
/// it.
#[derive(Debug, Clone)]
pub struct Reader {
    parse: Parse,
    /// The id that the answer must name. None: the call names nothing that an answer would name.
    asked: Option<String>,
}

impl Reader {
    fn new(parse: Parse, call: &Call, order: OrderId) -> Self {
        Self { parse, asked: asked_for(call, order) }
    }

    /// The answer that this outcome is. Whatever is wrong with it is an [`Answer::Failed`].
    pub fn read(&self, outcome: &Outcome) -> Answer {
        let answer = (self.parse)(outcome);
        let Some(asked) = &self.asked else { return answer };
        match named_by(&answer).into_iter().find(|named| named != asked) {
            Some(other) => {
                let what = ["an answer about ", &other, " instead of ", asked].concat();
                Answer::Failed(Failure::Unreadable(what))
            }
            None => answer,
        }
    }
}

/// The id of the one thing that a call is about, if its answer bears that id.
fn asked_for(call: &Call, order: OrderId) -> Option<String> {
    match call {
        Call::ReadOrder
        | Call::ReadProvider
        | Call::UpdateOrder { .. }
        | Call::ReadOrderRefunds
        | Call::RecordRefund { .. } => Some(order.to_string()),
        Call::ReadSession { session, .. } | Call::CancelSession { session, .. } => Some(session.to_string()),
        Call::ReadPayment { payment, .. }
        | Call::CancelPayment { payment, .. }
        | Call::Capture { payment, .. }
        | Call::RefundPayment { payment, .. } => Some(payment.to_string()),
        Call::ReadEvent { event, .. } => Some(event.to_string()),
        // A new session has an id that nobody knew before; a list or a quote has none; and KOMOJU does not document
        // what it answers to a request for a bank transfer.
        Call::CreateSession(_)
        | Call::ListPayments { .. }
        | Call::RequestRefund { .. }
        | Call::QuoteRefund { .. } => None,
    }
}

/// The ids that an answer says it is about. Rows of an order's lists name their order, too: if one row names another
/// order, nobody knows whose list it is.
fn named_by(answer: &Answer) -> Vec<String> {
    let orders = |orders: &mut dyn Iterator<Item = OrderId>| orders.map(|id| id.to_string()).collect();
    match answer {
        Answer::Order(seen) => orders(&mut seen.id.into_iter()),
        Answer::Provider(transacted) => orders(&mut transacted.orders.iter().copied()),
        Answer::OrderRefunds(list) => orders(&mut list.iter().filter_map(|refund| refund.order)),
        Answer::Session(seen) => vec![seen.reading.id.to_string()],
        Answer::Payment(reading) => vec![reading.id.to_string()],
        Answer::Event(seen) => vec![seen.id.to_string()],
        Answer::Payments { .. } | Answer::Quote(_) | Answer::Requested | Answer::Failed(_) => Vec::new(),
    }
}

/// The side that a call goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upstream<'a> {
    BigCommerce,
    /// With the key of the account that made the attempt, which may not be the key in the settings now.
    Komoju(&'a AccountId),
}

/// The side that a call goes to.
pub fn side(call: &Call) -> Upstream<'_> {
    match call {
        Call::ReadOrder
        | Call::ReadProvider
        | Call::UpdateOrder { .. }
        | Call::ReadOrderRefunds
        | Call::QuoteRefund { .. }
        | Call::RecordRefund { .. } => Upstream::BigCommerce,
        Call::CreateSession(new) => Upstream::Komoju(&new.terms.account),
        Call::ReadSession { account, .. }
        | Call::CancelSession { account, .. }
        | Call::ReadPayment { account, .. }
        | Call::CancelPayment { account, .. }
        | Call::Capture { account, .. }
        | Call::RefundPayment { account, .. }
        | Call::RequestRefund { account, .. }
        | Call::ListPayments { account, .. }
        | Call::ReadEvent { account, .. } => Upstream::Komoju(account),
    }
}

/// The request to BigCommerce, and the reader of its answer. None: not a call to BigCommerce.
pub fn to_bigcommerce(
    call: &Call,
    api: &bigcommerce::Api<'_>,
    order: OrderId,
) -> Option<(HttpRequest, Reader)> {
    let (request, parse): (_, Parse) = match call {
        Call::ReadOrder => (bc_order::read_request(api, order), bc_order::parse_order),
        Call::ReadProvider => (bc_order::transactions_request(api, order), bc_order::parse_provider),
        Call::UpdateOrder { update, staff_notes } => {
            (bc_order::update_request(api, order, update, staff_notes), bc_order::parse_order)
        }
        Call::ReadOrderRefunds => (bc_refunds::list_request(api, order), bc_refunds::parse_list),
        Call::QuoteRefund { amount } => {
            (bc_refunds::quote_request(api, order, *amount), bc_refunds::parse_quote)
        }
        Call::RecordRefund { amount, provider, refund } => {
            (bc_refunds::record_request(api, order, *amount, *provider, refund), bc_refunds::parse_record)
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
    };
    Some((request, Reader::new(parse, call, order)))
}

/// The request to KOMOJU, and the reader of its answer. None: not a call to KOMOJU, or one whose bank details are
/// still sealed. `back` makes the address that the shopper of an attempt comes back to.
pub fn to_komoju(
    call: &Call,
    access: komoju::request::Access<'_>,
    origin: km_session::Origin<'_>,
    back: impl FnOnce(u32) -> String,
) -> Option<(HttpRequest, Reader)> {
    let order = origin.order;
    let (request, parse): (_, Parse) = match call {
        Call::CreateSession(new) => {
            (km_session::create_request(access, origin, new, &back(new.attempt)), km_session::parse_answer)
        }
        Call::ReadSession { session, .. } => {
            (km_session::read_request(access, session), km_session::parse_answer)
        }
        Call::CancelSession { session, key, .. } => {
            (km_session::cancel_request(access, session, key), km_session::parse_answer)
        }
        Call::ReadPayment { payment, .. } => {
            (km_payment::read_request(access, payment), km_payment::parse_answer)
        }
        Call::CancelPayment { payment, key, .. } => {
            (km_payment::cancel_request(access, payment, key), km_payment::parse_answer)
        }
        Call::Capture { payment, minor, key, .. } => {
            (km_payment::capture_request(access, payment, *minor, key), km_payment::parse_answer)
        }
        Call::RefundPayment { payment, minor, cause, key, .. } => {
            (km_refund::refund_request(access, payment, *minor, *cause, key), km_payment::parse_answer)
        }
        Call::RequestRefund { payment, minor, cause, bank, key, .. } => {
            let Bank::Opened(bank) = bank else { return None };
            (
                km_refund::transfer_request(access, payment, *minor, *cause, bank, key),
                km_refund::parse_transfer,
            )
        }
        Call::ListPayments { external_order_num, since, .. } => {
            (km_payment::list_request(access, external_order_num, *since), km_payment::parse_list)
        }
        Call::ReadEvent { event, .. } => (km_events::event_request(access, event), km_events::parse_event),
        Call::ReadOrder
        | Call::ReadProvider
        | Call::UpdateOrder { .. }
        | Call::ReadOrderRefunds
        | Call::QuoteRefund { .. }
        | Call::RecordRefund { .. } => return None,
    };
    Some((request, Reader::new(parse, call, order)))
}

/// True if an answer says that KOMOJU has nothing of what was asked for: a 404, or a list without any payment of the
/// attempt's session. That counts only if the key that asked belongs to the attempt's own merchant, for another
/// merchant's key finds nothing either.
pub fn says_there_is_none(call: &Call, answer: &Answer) -> bool {
    match (call, answer) {
        (_, Answer::Failed(Failure::NotFound)) => true,
        (Call::ListPayments { session, .. }, Answer::Payments { list, .. }) => {
            list.iter().all(|payment| payment.session.as_ref() != Some(session))
        }
        _ => false,
    }
}

/// The call that only the attempt's own merchant gets an answer to: reading the attempt's session. None: this call
/// does not name the session, so there is no such proof.
pub fn proof_of_merchant(call: &Call) -> Option<Call> {
    let Call::ListPayments { account, session, .. } = call else { return None };
    Some(Call::ReadSession { account: account.clone(), session: session.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    use crate::state::deed::OrderUpdate;
    use crate::state::reading::Cause;
    use crate::state::settings::Provider;
    use crate::values::ids::{HintId, PaymentId, RefundId, SessionId, StoreHash};
    use crate::values::money::{Currency, Money};
    use crate::values::sealed::Sealed;

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
        let bank = Bank::Opened(Box::default());
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
                Call::ListPayments {
                    account: account(),
                    session: session(),
                    external_order_num: "BC-77-1".to_owned(),
                    since: 0,
                },
                "GET payments",
            ),
            (Call::ReadEvent { account: account(), event }, "GET events/ev1"),
        ]
    }

    type Built = Option<(HttpRequest, Reader)>;

    /// The request to BigCommerce, and the one to KOMOJU.
    fn built(call: &Call) -> (Built, Built) {
        let (store, secret) = (StoreHash::parse("q7w8e9").expect("a store"), Secret::new("s"));
        let order = OrderId::new(77).expect("an order");
        let api =
            bigcommerce::Api { base: "https://b.example", store: &store, token: &secret, timeout_ms: 1 };
        let access = komoju::request::Access { base: "https://k.example", secret_key: &secret };
        let origin = km_session::Origin { store: &store, order };
        (to_bigcommerce(call, &api, order), to_komoju(call, access, origin, |_| String::new()))
    }

    fn written(call: &Call) -> (Option<String>, Option<String>) {
        let line = |(request, _): (HttpRequest, Reader)| {
            format!("{request:?}")
                .replace("https://b.example/stores/q7w8e9", "")
                .replace("https://k.example/", "")
        };
        let (to_bigcommerce, to_komoju) = built(call);
        (to_bigcommerce.map(line), to_komoju.map(line))
    }

    #[test]
    fn a_call_goes_to_its_own_side_and_to_no_other() {
        for (call, line) in bigcommerce_calls() {
            assert_eq!(side(&call), Upstream::BigCommerce, "{line}");
            assert_eq!(written(&call), (Some(line.to_owned()), None));
        }
        for (call, line) in komoju_calls() {
            assert_eq!(side(&call), Upstream::Komoju(&account()), "{line}");
            assert_eq!(written(&call), (None, Some(line.to_owned())));
        }
    }

    /// What each side answers to a call: about the order, session, payment or event that was asked for, or about
    /// another.
    fn answered(call: &Call, asked: bool) -> Option<String> {
        let (order, id) = if asked { (77, "1") } else { (78, "2") };
        let payment = format!(r#"{{"id":"pay{id}","status":"captured","session":"ses{id}"}}"#);
        let refund =
            format!(r#"{{"id":9,"order_id":{order},"payments":[{{"provider_id":"cod","amount":5}}]}}"#);
        Some(match call {
            Call::ReadOrder | Call::UpdateOrder { .. } => format!(r#"{{"id":{order},"status_id":7}}"#),
            Call::ReadProvider => {
                format!(r#"{{"data":[{{"order_id":"77"}},{{"order_id":"{order}","gateway":"cod"}}]}}"#)
            }
            Call::ReadOrderRefunds => format!(r#"{{"data":[{{"id":8,"order_id":77}},{refund}]}}"#),
            Call::RecordRefund { .. } => format!(r#"{{"data":{refund}}}"#),
            Call::ReadSession { .. } | Call::CancelSession { .. } => {
                format!(r#"{{"id":"ses{id}","status":"pending","payment":{payment}}}"#)
            }
            Call::ReadPayment { .. }
            | Call::CancelPayment { .. }
            | Call::Capture { .. }
            | Call::RefundPayment { .. } => payment,
            Call::ReadEvent { .. } => format!(r#"{{"id":"ev{id}","type":"payment.captured","data":{{}}}}"#),
            Call::CreateSession(_)
            | Call::ListPayments { .. }
            | Call::RequestRefund { .. }
            | Call::QuoteRefund { .. } => return None,
        })
    }

    fn reader(call: &Call) -> Reader {
        let (to_bigcommerce, to_komoju) = built(call);
        to_bigcommerce.or(to_komoju).expect("a request").1
    }

    fn read(call: &Call, body: &str) -> Answer {
        let (status, headers) = (200, crate::http::ResponseHeaders::default());
        reader(call).read(&Outcome::Answer { status, headers, body: body.to_owned() })
    }

    #[test]
    fn an_answer_about_something_else_is_never_used() {
        let mut seen = 0;
        for (call, line) in bigcommerce_calls().into_iter().chain(komoju_calls()) {
            let (Some(right), Some(other)) = (answered(&call, true), answered(&call, false)) else {
                continue;
            };
            let taken = read(&call, &right);
            assert!(!matches!(taken, Answer::Failed(_)), "{line}: {taken:?}");
            let refused = read(&call, &other);
            assert!(matches!(refused, Answer::Failed(Failure::Unreadable(_))), "{line}: {refused:?}");
            seen += 1;
        }
        assert_eq!(seen, 12);
    }

    #[test]
    fn an_answer_that_names_no_order_is_about_the_one_asked_for() {
        assert!(matches!(read(&Call::ReadOrder, r#"{"status_id":7}"#), Answer::Order(_)));
        assert!(matches!(read(&Call::ReadOrder, r#"{"id":"77","status_id":7}"#), Answer::Order(_)));
        let refunds = read(&Call::ReadOrderRefunds, r#"{"data":[{"id":8}]}"#);
        assert!(matches!(refunds, Answer::OrderRefunds(_)), "{refunds:?}");
    }

    #[test]
    fn a_payment_of_another_session_is_not_shown_by_this_one() {
        let call =
            Call::ReadSession { account: account(), session: SessionId::parse("ses1").expect("an id") };
        let body = r#"{"id":"ses1","status":"pending","payment":{"id":"pay1","status":"captured","session":"ses2"}}"#;
        assert!(matches!(read(&call, body), Answer::Failed(Failure::Unreadable(_))));
    }

    #[test]
    fn only_an_answer_with_something_of_this_order_says_that_there_is_something() {
        let list = Call::ListPayments {
            account: account(),
            session: SessionId::parse("ses1").expect("an id"),
            external_order_num: "BC-77-1".to_owned(),
            since: 0,
        };
        let of =
            |session: &str| format!(r#"{{"data":[{{"id":"p","status":"captured","session":{session}}}]}}"#);
        for (body, none) in [
            (r#"{"data":[]}"#.to_owned(), true),
            (of(r#""ses2""#), true),
            (of("null"), true),
            (of(r#""ses1""#), false),
        ] {
            assert_eq!(says_there_is_none(&list, &read(&list, &body)), none, "{body}");
        }
        assert!(
            matches!(proof_of_merchant(&list), Some(Call::ReadSession { session, .. }) if session.as_str() == "ses1")
        );
        for (call, line) in komoju_calls() {
            assert!(says_there_is_none(&call, &Answer::Failed(Failure::NotFound)), "{line}");
            assert!(!says_there_is_none(&call, &Answer::Failed(Failure::Forbidden)), "{line}");
        }
    }

    #[test]
    fn sealed_bank_details_never_leave() {
        let call = Call::RequestRefund {
            account: account(),
            payment: payment(),
            minor: 500,
            cause: Cause::Twice,
            bank: Bank::Sealed(Sealed("k1.bm9uY2U.c2VhbGVk".to_owned())),
            key: "key-1".to_owned(),
        };
        assert_eq!(written(&call), (None, None));
    }
}
