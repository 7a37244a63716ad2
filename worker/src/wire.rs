//! A call of the core as HTTP, and the answer back: the one place where the two protocols meet the machine. Pure, so
//! that a simulation speaks exactly what the worker speaks.

use crate::bigcommerce::{self, order as bc_order};
use crate::http::{HttpRequest, Outcome};
use crate::komoju::{self, payment as km_payment, session as km_session};
use crate::payment::call::{Answer, Call};
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
        Call::ReadOrder | Call::ReadProvider | Call::UpdateOrder { .. } => Side::BigCommerce,
        Call::CreateSession(new) => Side::Komoju(&new.terms.account),
        Call::ReadSession { account, .. }
        | Call::CancelSession { account, .. }
        | Call::ReadPayment { account, .. }
        | Call::CancelPayment { account, .. } => Side::Komoju(account),
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
        Call::CreateSession(_)
        | Call::ReadSession { .. }
        | Call::CancelSession { .. }
        | Call::ReadPayment { .. }
        | Call::CancelPayment { .. } => return None,
    })
}

/// None: not a call to KOMOJU. `back` makes the address an attempt's shopper comes back to.
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
        Call::ReadOrder | Call::ReadProvider | Call::UpdateOrder { .. } => return None,
    })
}
