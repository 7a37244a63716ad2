//! What KOMOJU's resources look like.

use serde_json::{Value, json};

use super::state::{Bank, Event, Payment, Session, Told};
use crate::schedule::DAY;

impl Bank {
    /// The payment that completed the session, else the last one begun.
    fn shown_of(&self, session: &Session) -> Option<&Payment> {
        self.payments.get(session.completed_by.as_ref().or(session.payments.last())?)
    }

    pub(super) fn session(&self, session: &Session) -> Value {
        let shown = self.shown_of(session).map(payment);
        let status = match (session.cancelled, session.completed_by.is_some()) {
            (true, _) => "cancelled",
            (false, true) => "completed",
            (false, false) => "pending",
        };
        json!({
            "id": session.id, "resource": "session", "mode": "payment", "status": status,
            "expired": self.now >= session.made_ms + DAY, "amount": session.amount, "currency": session.currency,
            "session_url": format!("https://hosted.example/sessions/{}", session.id),
            "created_at": rfc3339(session.made_ms), "payment": shown,
            "payment_methods": [
                { "type": "credit_card", "amount": session.amount, "currency": session.currency },
                { "type": "credit_card", "amount": in_won(session.amount), "currency": "KRW" },
            ],
        })
    }

    pub(super) fn event(&self, event: &Event) -> Value {
        let payment_of_it = &self.payments[&event.payment];
        payment_of_it.telling_fraud.set(event.kind == "payment.marked.as.fraud");
        json!({
            "id": event.id, "type": event.kind, "resource": "event", "created_at": rfc3339(event.at),
            "data": payment(payment_of_it), "reason": null,
        })
    }
}

/// 9.4 to one, and no decimals.
pub(super) fn in_won(amount: i64) -> i64 {
    (amount * 94 + 5) / 10
}

pub fn payment(payment: &Payment) -> Value {
    let charged_back = payment.refunds.iter().any(|refund| refund.chargeback);
    payment.telling.set(Some(Told { amount: Some(payment.amount), back: payment.refunded(), charged_back }));
    let refunds: Vec<_> = payment
        .refunds
        .iter()
        .map(|refund| {
            json!({
                "id": refund.id, "resource": "refund", "amount": refund.minor, "currency": payment.currency,
                "payment": payment.id, "description": refund.description, "chargeback": refund.chargeback,
                "created_at": rfc3339(refund.at),
            })
        })
        .collect();
    let requests: Vec<_> = payment
        .requests
        .iter()
        .map(|request| {
            json!({
                "id": request.id, "resource": "refund_request", "status": request.status, "payment": payment.id,
                "description": payment.shows_descriptions.then_some(&request.because),
                "created_at": rfc3339(request.at),
            })
        })
        .collect();
    json!({
        "id": payment.id, "resource": "payment", "status": payment.status, "session": payment.session,
        "external_order_num": payment.number, "amount": payment.amount, "tax": 0,
        "payment_method_fee": payment.fee, "total": payment.total(), "currency": payment.currency,
        "amount_refunded": payment.refunded(), "refunds": refunds, "refund_requests": requests,
        "payment_details": details(payment), "payment_deadline": deadline(payment),
        "captured_at": payment.captured_ms.map(rfc3339), "created_at": rfc3339(payment.begun_ms),
    })
}

/// One type has no name at all.
fn details(payment: &Payment) -> Value {
    if payment.kind.is_empty() { json!({}) } else { json!({ "type": payment.kind }) }
}

fn deadline(payment: &Payment) -> Option<String> {
    let days = match payment.kind {
        "konbini" => 3,
        "bank_transfer" => 14,
        _ => return None,
    };
    Some(rfc3339(payment.begun_ms + days * DAY))
}

pub fn rfc3339(ms: i64) -> String {
    let moment = time::OffsetDateTime::from_unix_timestamp(ms / 1_000).expect("a date of this century");
    moment.format(&time::format_description::well_known::Rfc3339).expect("every date has this form")
}
